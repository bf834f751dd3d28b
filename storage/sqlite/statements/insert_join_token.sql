INSERT INTO join_tokens (join_token_id, sha256, description, user_phone, labels, max_uses, uses,
                         create_time, expire_time, revoke_time)
VALUES (:join_token_id, :sha256, :description, :user_phone, :labels, :max_uses, :uses,
        :create_time, :expire_time, :revoke_time)
ON CONFLICT DO NOTHING
