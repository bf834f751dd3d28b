SELECT session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint FROM sessions
WHERE agent_id = :agent_id
