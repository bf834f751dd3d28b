SELECT number, join_token_id, sha256, description, user_phone, labels, max_uses, uses, create_time,
       expire_time, revoke_time
FROM join_tokens
WHERE number < :before
ORDER BY number DESC
LIMIT :limit
