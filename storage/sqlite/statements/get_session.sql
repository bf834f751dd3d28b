SELECT session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint,
       gateways.link, gateways.lease_end
FROM sessions LEFT JOIN gateways USING (gateway_id)
WHERE agent_id = :agent_id
