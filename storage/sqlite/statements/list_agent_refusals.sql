SELECT refusal_id, reason, agent_id, peer_address, gateway_id, create_time, last_time, count,
       http_status, evidence
FROM refusals
WHERE agent_id = :agent_id
  AND (create_time, refusal_id) < (:before_time, :before_id)
  AND (:since IS NULL OR last_time >= :since)
  AND (:reasons IS NULL OR reason IN (SELECT value FROM json_each(:reasons)))
ORDER BY create_time DESC, refusal_id DESC
LIMIT :limit
