SELECT agent_id, session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint,
       lapse_time
FROM sessions
WHERE lapse_time <= $1 AND (lapse_time, agent_id) > ($2, $3)
ORDER BY lapse_time, agent_id
LIMIT $4::bigint
