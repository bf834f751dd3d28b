SELECT gateway_id FROM gateways
WHERE lease_end <> 0 AND lease_end <= :system_now
ORDER BY lease_end
LIMIT 1
