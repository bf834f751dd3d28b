INSERT OR REPLACE INTO sessions (agent_id, session_id, gateway_id, peer_address, open_time, epoch,
                                 secret_fingerprint)
VALUES (:agent_id, :session_id, :gateway_id, :peer_address, :open_time, :epoch,
        :secret_fingerprint)
