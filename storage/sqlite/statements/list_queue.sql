-- The agent's queue in its order, with the size of each payload.
SELECT sequence, length(CAST(payload_json AS BLOB)) FROM commands
WHERE agent_id = :agent_id AND state = 1 AND state IN (1, 2, 3, 4) AND expire_time > :now
ORDER BY immediate DESC, sequence
LIMIT :limit
