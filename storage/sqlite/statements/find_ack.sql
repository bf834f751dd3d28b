-- A history is short, so no index of its own.
SELECT 1 FROM command_steps
WHERE sequence = :sequence AND session_id = :session_id AND ordinal = :ordinal
LIMIT 1
