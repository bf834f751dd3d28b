UPDATE gateways
SET lease_end = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3
WHERE gateway_id = $1 AND link = $2
  AND lease_end > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
