INSERT OR REPLACE INTO sessions (agent_id, session_id, gateway_id, peer_address, open_time, epoch)
VALUES (:agent_id, :session_id, :gateway_id, :peer_address, :open_time, :epoch)
