SELECT agent_id, session_id, gateway_id, gateways.lease_end - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM superseded_sessions JOIN gateways USING (gateway_id)
WHERE agent_id = ANY($1::text[]) AND gateways.lease_end > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
