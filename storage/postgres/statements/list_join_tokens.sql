SELECT number, join_token_id, sha256, description, user_phone, labels::text, max_uses, uses,
       create_time, expire_time, revoke_time
FROM join_tokens
WHERE number < $1
ORDER BY number DESC
LIMIT $2::bigint
