-- Gives nothing where there is a later link than this one.
INSERT INTO gateways AS known (gateway_id, link, link_time, lease_end)
VALUES ($1, greatest($4::bigint, 1), $2,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3)
ON CONFLICT (gateway_id) DO UPDATE
SET link = CASE WHEN $4 = 0 THEN known.link + 1 ELSE $4 END,
    link_time = excluded.link_time,
    lease_end = excluded.lease_end
WHERE $4 = 0 OR $4 > known.link
RETURNING link
