INSERT INTO join_tokens (join_token_id, sha256, description, user_phone, labels, max_uses, uses,
                         create_time, expire_time, revoke_time)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING
