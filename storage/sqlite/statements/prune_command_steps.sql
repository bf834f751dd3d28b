DELETE FROM command_steps
WHERE sequence IN (SELECT sequence FROM commands
                   WHERE update_time < :before AND create_time < :before AND state IN (5, 6, 7, 8, 9)
                   ORDER BY update_time, sequence LIMIT :limit)
