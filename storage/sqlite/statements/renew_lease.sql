UPDATE gateways SET lease_end = :lease_end
WHERE gateway_id = :gateway_id AND link = :link AND lease_end > :system_now
