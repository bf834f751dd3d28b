SELECT sequence FROM commands
WHERE agent_id = $1 AND state IN (1, 2, 3, 4)
ORDER BY sequence
