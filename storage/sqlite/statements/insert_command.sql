INSERT INTO commands (command_id, agent_id, state, deliveries, steps, update_time, immediate,
                      max_deliveries, create_time, expire_time, idempotency_key, content_digest,
                      type, error, payload_json)
VALUES (:command_id, :agent_id, 1, 0, 1, :create_time, :immediate,
        :max_deliveries, :create_time, :expire_time, :idempotency_key, :content_digest,
        :type, '', :payload_json)
ON CONFLICT (command_id) DO NOTHING
