SELECT sequence, agent_id FROM commands
WHERE state IN (1, 2, 3, 4) AND expire_time <= $1
ORDER BY expire_time
LIMIT $2::bigint
