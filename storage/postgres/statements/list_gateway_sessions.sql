SELECT agent_id FROM sessions WHERE gateway_id = $1
