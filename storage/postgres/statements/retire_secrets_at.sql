UPDATE agent_secrets
SET retire_time = least(coalesce(retire_time, $2), $2)
WHERE agent_id = $1
