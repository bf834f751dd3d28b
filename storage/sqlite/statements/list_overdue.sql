SELECT sequence FROM commands
WHERE deliver_channel = 3 AND state = 2 AND deliver_time < :delivered_before
ORDER BY deliver_time
LIMIT :limit
