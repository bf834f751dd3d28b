SELECT steps.sequence, steps.number, steps.time, steps.state, steps.channel, steps.session_id,
       steps.detail, steps.ordinal
FROM commands
JOIN command_steps AS steps ON steps.sequence = commands.sequence
WHERE command_id = ANY($1::text[])
ORDER BY steps.sequence, steps.number
