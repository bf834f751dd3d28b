SELECT sequence, number, time, state, channel, session_id, detail, ordinal FROM command_steps
WHERE sequence = ANY($1::bigint[])
ORDER BY sequence, number
