UPDATE commands
SET state = moved.state, deliveries = moved.deliveries, steps = moved.steps,
    update_time = moved.update_time, deliver_time = moved.deliver_time,
    deliver_channel = moved.deliver_channel, deliver_session = moved.deliver_session,
    error = moved.error, result_json = moved.result_json
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
            $7::bigint[], $8::text[], $9::text[], $10::text[])
  AS moved (sequence, state, deliveries, steps, update_time, deliver_time, deliver_channel,
            deliver_session, error, result_json)
WHERE commands.sequence = moved.sequence
