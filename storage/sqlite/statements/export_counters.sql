-- The last numbers that were given.
SELECT name, value FROM counters WHERE name = 'epoch'
UNION ALL
SELECT 'event', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)
ORDER BY 1
