SELECT reason, sum(count)::bigint AS attempts FROM refusals
WHERE last_time >= $1
GROUP BY reason
ORDER BY attempts DESC, reason
