INSERT INTO superseded_sessions (agent_id, session_id, gateway_id)
VALUES (:agent_id, :session_id, :gateway_id)
