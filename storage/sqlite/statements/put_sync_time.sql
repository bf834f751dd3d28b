UPDATE agents SET last_sync_time = :now WHERE agent_id = :agent_id
