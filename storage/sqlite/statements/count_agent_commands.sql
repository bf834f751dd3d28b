SELECT state, count(*) FROM commands
WHERE agent_id = :agent_id AND state IN (1, 2, 3, 4)
GROUP BY state
