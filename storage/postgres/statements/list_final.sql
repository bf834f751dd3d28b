SELECT sequence, agent_id FROM commands
WHERE state IN (5, 6, 7, 8, 9) AND update_time < $1 AND create_time < $1
ORDER BY update_time, sequence
LIMIT $2::bigint
