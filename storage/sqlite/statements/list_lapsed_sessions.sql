SELECT agent_id, session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint, lapse_time
FROM sessions
WHERE lapse_time <= :now AND (lapse_time, agent_id) > (:after_time, :after_agent_id)
ORDER BY lapse_time, agent_id
LIMIT :limit
