SELECT gateway_id, link_time,
       (SELECT count(*) FROM sessions WHERE sessions.gateway_id = gateways.gateway_id)
FROM gateways
WHERE lease_end > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
ORDER BY gateway_id
LIMIT $1::bigint
