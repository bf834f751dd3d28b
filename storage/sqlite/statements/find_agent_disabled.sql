SELECT disabled FROM agents WHERE agent_id = :agent_id
