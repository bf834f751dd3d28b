SELECT agent_id, session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint,
       takeovers, takeovers_since, flapping, last_attempt
FROM sessions
WHERE agent_id = ANY($1::text[])
