UPDATE join_tokens SET revoke_time = coalesce(revoke_time, $2) WHERE join_token_id = $1
