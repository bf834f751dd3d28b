INSERT INTO agents (agent_id, user_phone, display_name, labels, allowed_addresses, disabled,
                    disabled_reason, disable_time, create_time, update_time)
VALUES (:agent_id, :user_phone, :display_name, :labels, :allowed_addresses, :disabled,
        :disabled_reason, :disable_time, :create_time, :update_time)
ON CONFLICT (agent_id) DO NOTHING
