SELECT sequence, agent_id FROM commands
WHERE deliver_channel = 3 AND state = 2 AND deliver_time < $1
ORDER BY deliver_time
LIMIT $2::bigint
