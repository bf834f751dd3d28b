-- Waits for a transaction that is about to change the row.
SELECT commit_number FROM writers WHERE writer_id = $1 FOR UPDATE
