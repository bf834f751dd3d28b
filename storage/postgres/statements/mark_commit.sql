INSERT INTO writers AS mine (writer_id, commit_number, commit_time)
VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
ON CONFLICT (writer_id) DO UPDATE
SET commit_number = excluded.commit_number, commit_time = excluded.commit_time
