DELETE FROM commands WHERE sequence = ANY($1::bigint[])
