SELECT status_json, time FROM agent_statuses WHERE agent_id = $1
