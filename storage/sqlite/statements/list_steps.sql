SELECT number, time, state, channel, session_id, detail FROM command_steps
WHERE sequence = :sequence
ORDER BY number
