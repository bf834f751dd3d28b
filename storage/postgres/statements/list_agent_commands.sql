SELECT sequence, command_id, agent_id, type, payload_json, immediate, state, max_deliveries,
       deliveries, idempotency_key, create_time, expire_time, update_time, error, steps,
       deliver_time, deliver_channel, deliver_session, ''
FROM commands
WHERE agent_id = $4
  AND sequence < $1
  AND ($2::bigint[] IS NULL OR state = ANY($2))
ORDER BY sequence DESC
LIMIT $3::bigint
