DELETE FROM sessions WHERE agent_id = :agent_id
