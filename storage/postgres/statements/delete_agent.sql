-- What belongs to the agent alone goes with the row.
DELETE FROM agents WHERE agent_id = $1
