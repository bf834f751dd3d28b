SELECT agent_id, sum(count)::bigint FROM command_counts
WHERE agent_id = ANY($1::text[]) AND state IN (1, 2, 3, 4)
GROUP BY agent_id
