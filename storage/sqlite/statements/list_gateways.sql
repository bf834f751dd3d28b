SELECT gateway_id, link_time,
       (SELECT count(*) FROM sessions WHERE sessions.gateway_id = gateways.gateway_id)
FROM gateways
WHERE lease_end > :system_now
ORDER BY gateway_id
LIMIT :limit
