SELECT agent_id, disabled FROM agents
WHERE agent_id = ANY($1::text[])
ORDER BY agent_id
FOR UPDATE
