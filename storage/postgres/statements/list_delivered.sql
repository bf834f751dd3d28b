-- What sessions hold; what a sync delivered is another matter.
SELECT agent_id, sequence FROM commands
WHERE agent_id = ANY($1::text[]) AND state = 2 AND state IN (1, 2, 3, 4) AND deliver_channel = 2
ORDER BY agent_id, immediate DESC, sequence
