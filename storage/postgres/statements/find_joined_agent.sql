SELECT agent_id, join_token_id FROM agents WHERE agent_id = $1
