SELECT sequence FROM commands
WHERE state IN (1, 2, 3, 4) AND expire_time <= :now
ORDER BY expire_time
LIMIT :limit
