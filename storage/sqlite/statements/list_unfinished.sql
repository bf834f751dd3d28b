-- The plus keeps the order from choosing an index that holds finished commands too.
SELECT sequence FROM commands
WHERE agent_id = :agent_id AND state IN (1, 2, 3, 4)
ORDER BY +sequence
