-- The last numbers that were given. A sequence is in no snapshot: this may be later
-- than the rest, which does no harm.
SELECT 'epoch'::text, CASE WHEN is_called THEN last_value ELSE 0 END FROM session_epochs
UNION ALL
SELECT 'event', sequence FROM event_counter
ORDER BY 1
