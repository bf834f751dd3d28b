SELECT agent_id, session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint
FROM sessions
WHERE lapse_time <= :now
ORDER BY lapse_time
LIMIT :limit
