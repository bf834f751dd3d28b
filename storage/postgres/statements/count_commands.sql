SELECT state, sum(count)::bigint FROM command_counts
GROUP BY state
HAVING sum(count) > 0
ORDER BY state
