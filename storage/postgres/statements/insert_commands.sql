-- With the first step of each, as NewRecord() makes it; gives those that were made.
WITH made AS (
  INSERT INTO commands (command_id, agent_id, state, deliveries, steps, update_time, immediate,
                        max_deliveries, create_time, expire_time, idempotency_key, content_digest,
                        type, payload_json)
  SELECT command_id, agent_id, 1, 0, 1, create_time, immediate, max_deliveries, create_time,
         expire_time, idempotency_key, content_digest, type, payload_json
  FROM unnest($1::text[], $2::text[], $3::boolean[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::text[], $8::bytea[], $9::text[], $10::text[]) WITH ORDINALITY
    AS new (command_id, agent_id, immediate, max_deliveries, create_time, expire_time,
            idempotency_key, content_digest, type, payload_json, number)
  ORDER BY number
  ON CONFLICT DO NOTHING
  RETURNING sequence, command_id, create_time
), steps AS (
  INSERT INTO command_steps (sequence, number, time, state, channel, session_id, ordinal, detail)
  SELECT sequence, 1, create_time, 1, 1, '', NULL, '' FROM made
)
SELECT command_id FROM made
