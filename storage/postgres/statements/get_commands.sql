SELECT sequence, command_id, agent_id, type, payload_json, immediate, state, max_deliveries,
       deliveries, idempotency_key, create_time, expire_time, update_time, error, steps,
       deliver_time, deliver_channel, deliver_session, result_json
FROM commands
WHERE sequence = ANY($1::bigint[])
