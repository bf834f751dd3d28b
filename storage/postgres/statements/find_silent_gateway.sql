SELECT gateway_id FROM gateways
WHERE lease_end <> 0 AND lease_end <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
ORDER BY lease_end
LIMIT 1
