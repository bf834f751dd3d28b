UPDATE agents
SET user_phone = coalesce(:user_phone, user_phone),
    display_name = coalesce(:display_name, display_name),
    labels = coalesce(:labels, labels),
    allowed_addresses = coalesce(:allowed_addresses, allowed_addresses),
    update_time = :now
WHERE agent_id = :agent_id
