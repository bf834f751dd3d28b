UPDATE agents
SET disabled = false, disabled_reason = '', disable_time = NULL, update_time = $2
WHERE agent_id = $1 AND disabled
