-- A row with last_time in question was made no earlier than the oldest of them, so the
-- scan ends there instead of going through the whole ledger.
SELECT refusal_id, reason, agent_id, peer_address, gateway_id, create_time, last_time, count,
       http_status, evidence
FROM refusals
WHERE (create_time, refusal_id) < ($1, $2)
  AND create_time >= CASE WHEN $3::bigint IS NULL THEN -9223372036854775808 ELSE
    (SELECT coalesce(min(create_time), 9223372036854775807) FROM
      (SELECT create_time FROM refusals WHERE last_time >= $3 OFFSET 0) AS recent) END
  AND ($3::bigint IS NULL OR last_time >= $3)
  AND ($4::bigint[] IS NULL OR reason = ANY($4))
ORDER BY create_time DESC, refusal_id DESC
LIMIT $5::bigint
