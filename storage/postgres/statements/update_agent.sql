UPDATE agents
SET user_phone = coalesce($2, user_phone),
    display_name = coalesce($3, display_name),
    labels = coalesce($4::text::jsonb, labels),
    allowed_addresses = coalesce($5, allowed_addresses),
    update_time = $6
WHERE agent_id = $1
