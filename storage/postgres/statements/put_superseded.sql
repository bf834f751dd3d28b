INSERT INTO superseded_sessions (agent_id, session_id, gateway_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
