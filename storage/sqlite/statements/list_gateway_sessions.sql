SELECT agent_id, session_id, epoch FROM sessions
WHERE gateway_id = :gateway_id
ORDER BY agent_id
