DELETE FROM command_steps WHERE sequence = ANY($1::bigint[])
