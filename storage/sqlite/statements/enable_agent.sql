UPDATE agents
SET disabled = 0, disabled_reason = '', disable_time = NULL, update_time = :now
WHERE agent_id = :agent_id AND disabled = 1
