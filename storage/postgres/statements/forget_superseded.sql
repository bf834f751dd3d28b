DELETE FROM superseded_sessions
WHERE gateway_id = $1 AND NOT session_id = ANY($2::text[])
