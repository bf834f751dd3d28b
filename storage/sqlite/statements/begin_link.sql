INSERT INTO gateways (gateway_id, link, link_time, lease_end)
VALUES (:gateway_id, 1, :now, :lease_end)
ON CONFLICT (gateway_id) DO UPDATE
SET link = link + 1, link_time = excluded.link_time, lease_end = excluded.lease_end
RETURNING link
