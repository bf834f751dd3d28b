SELECT sequence, command_id, agent_id, type, payload_json, immediate, state, max_deliveries,
       deliveries, idempotency_key, create_time, expire_time, update_time, error, steps,
       deliver_time, deliver_channel, deliver_session, ''
FROM commands
WHERE sequence < :before
  AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
ORDER BY sequence DESC
LIMIT :limit
