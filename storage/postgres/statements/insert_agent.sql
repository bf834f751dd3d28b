INSERT INTO agents (agent_id, user_phone, display_name, labels, allowed_addresses, disabled,
                    disabled_reason, disable_time, create_time, update_time, join_token_id)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (agent_id) DO NOTHING
