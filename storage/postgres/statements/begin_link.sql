INSERT INTO gateways AS known (gateway_id, link, link_time, lease_end)
VALUES ($1, 1, $2, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3)
ON CONFLICT (gateway_id) DO UPDATE
SET link = known.link + 1, link_time = excluded.link_time, lease_end = excluded.lease_end
RETURNING link
