UPDATE join_tokens SET revoke_time = coalesce(revoke_time, :now)
WHERE join_token_id = :join_token_id
