SELECT session_id, gateway_id, gateways.lease_end
FROM superseded_sessions JOIN gateways USING (gateway_id)
WHERE agent_id = :agent_id AND gateway_id <> :gateway_id AND gateways.lease_end > :system_now
