SELECT state, count FROM command_counts
WHERE agent_id = $1 AND state IN (1, 2, 3, 4) AND count > 0
ORDER BY state
