UPDATE agent_secrets
SET retire_time = :now
WHERE agent_id = :agent_id
  AND number < (SELECT max(number) FROM agent_secrets WHERE agent_id = :agent_id)
  AND (retire_time IS NULL OR retire_time > :now)
