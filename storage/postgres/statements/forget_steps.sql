DELETE FROM command_steps
USING unnest($1::bigint[], $2::bigint[]) AS forgotten (sequence, last)
WHERE command_steps.sequence = forgotten.sequence AND number BETWEEN 2 AND forgotten.last
