SELECT join_token_id FROM agents WHERE agent_id = :agent_id
