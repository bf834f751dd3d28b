UPDATE agents SET join_token_id = :join_token_id WHERE agent_id = :agent_id
