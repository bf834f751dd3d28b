UPDATE gateways SET lease_end = 0 WHERE gateway_id = :gateway_id
