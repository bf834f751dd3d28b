SELECT reason, sum(count) AS attempts FROM refusals
WHERE last_time >= :since
GROUP BY reason
ORDER BY attempts DESC, reason
