UPDATE agents
SET disabled = 1,
    disabled_reason = :reason,
    disable_time = CASE disabled WHEN 1 THEN disable_time ELSE :now END,
    update_time = :now
WHERE agent_id = :agent_id
