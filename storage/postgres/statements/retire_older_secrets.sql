UPDATE agent_secrets
SET retire_time = $2
WHERE agent_id = $1
  AND number < (SELECT max(number) FROM agent_secrets WHERE agent_id = $1)
  AND (retire_time IS NULL OR retire_time > $2)
