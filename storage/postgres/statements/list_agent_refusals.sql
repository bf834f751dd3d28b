SELECT refusal_id, reason, agent_id, peer_address, gateway_id, create_time, last_time, count,
       http_status, evidence
FROM refusals
WHERE agent_id = $6
  AND (create_time, refusal_id) < ($1, $2)
  AND ($3::bigint IS NULL OR last_time >= $3)
  AND ($4::bigint[] IS NULL OR reason = ANY($4))
ORDER BY create_time DESC, refusal_id DESC
LIMIT $5::bigint
