-- What a session holds; what a sync delivered is another matter.
SELECT sequence FROM commands
WHERE agent_id = :agent_id AND state = 2 AND state IN (1, 2, 3, 4) AND deliver_channel = 2
ORDER BY immediate DESC, sequence
