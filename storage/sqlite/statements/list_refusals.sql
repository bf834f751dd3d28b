-- A row with last_time in question was made no earlier than the oldest of them, so the
-- scan ends there instead of going through the whole ledger.
SELECT refusal_id, reason, agent_id, peer_address, gateway_id, create_time, last_time, count,
       http_status, evidence
FROM refusals
WHERE (create_time, refusal_id) < (:before_time, :before_id)
  AND create_time >= CASE WHEN :since IS NULL THEN -9223372036854775808 ELSE
    (SELECT coalesce(min(+create_time), 9223372036854775807) FROM refusals
     WHERE last_time >= :since) END
  AND (:since IS NULL OR last_time >= :since)
  AND (:reasons IS NULL OR reason IN (SELECT value FROM json_each(:reasons)))
ORDER BY create_time DESC, refusal_id DESC
LIMIT :limit
