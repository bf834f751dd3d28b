DELETE FROM events
WHERE sequence IN (SELECT sequence FROM events WHERE receive_time < :before
                   ORDER BY receive_time LIMIT :limit)
