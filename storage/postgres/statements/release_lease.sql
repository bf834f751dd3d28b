UPDATE gateways SET lease_end = 0 WHERE gateway_id = $1
