-- The queues of agents in their order, with the size of each payload.
SELECT asked.number, waiting.sequence, waiting.bytes
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY
  AS asked (agent_id, now, count_max, number)
CROSS JOIN LATERAL (
  SELECT sequence, immediate, octet_length(payload_json) AS bytes FROM commands
  WHERE agent_id = asked.agent_id AND state = 1 AND state IN (1, 2, 3, 4)
    AND expire_time > asked.now
  ORDER BY immediate DESC, sequence
  LIMIT asked.count_max
) AS waiting
ORDER BY asked.number, waiting.immediate DESC, waiting.sequence
