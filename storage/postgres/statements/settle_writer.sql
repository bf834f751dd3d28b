-- Waits for a transaction that is about to make the row.
INSERT INTO writers (writer_id, commit_number, commit_time) VALUES ($1, 0, 0)
ON CONFLICT (writer_id) DO NOTHING
