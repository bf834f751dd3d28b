-- Passes over those that another registry is deleting.
DELETE FROM events
WHERE sequence IN (SELECT sequence FROM events WHERE receive_time < $1
                   ORDER BY receive_time LIMIT $2::bigint
                   FOR UPDATE SKIP LOCKED)
