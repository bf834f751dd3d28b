SELECT agent_id, session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint
FROM sessions
WHERE lapse_time <= $1
ORDER BY lapse_time
LIMIT $2::bigint
