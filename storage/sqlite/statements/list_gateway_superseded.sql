SELECT agent_id, session_id FROM superseded_sessions WHERE gateway_id = :gateway_id
