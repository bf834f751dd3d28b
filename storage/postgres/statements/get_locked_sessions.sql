SELECT agent_id, session_id, gateway_id, peer_address, open_time, epoch, secret_fingerprint,
       takeovers, takeovers_since, flapping, last_attempt,
       gateways.link, gateways.lease_end - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM sessions LEFT JOIN gateways USING (gateway_id)
WHERE agent_id = ANY($1::text[])
