UPDATE agent_secrets
SET retire_time = min(coalesce(retire_time, :retire_time), :retire_time)
WHERE agent_id = :agent_id
