SELECT gateway_id, link, lease_end - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM gateways
WHERE gateway_id = ANY($1::text[])
