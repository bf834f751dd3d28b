INSERT INTO command_steps (sequence, number, time, state, channel, session_id, ordinal, detail)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                     $6::text[], $7::bigint[], $8::text[])
