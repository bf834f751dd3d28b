UPDATE agents
SET disabled = true,
    disabled_reason = $2,
    disable_time = CASE WHEN disabled THEN disable_time ELSE $3 END,
    update_time = $3
WHERE agent_id = $1
