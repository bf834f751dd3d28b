SELECT link, lease_end FROM gateways WHERE gateway_id = :gateway_id
