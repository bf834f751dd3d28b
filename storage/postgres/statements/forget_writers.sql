DELETE FROM writers WHERE commit_time < $1::bigint
