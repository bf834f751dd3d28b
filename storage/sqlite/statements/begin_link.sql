-- Gives nothing where there is a later link than this one.
INSERT INTO gateways (gateway_id, link, link_time, lease_end)
VALUES (:gateway_id, max(:number, 1), :now, :lease_end)
ON CONFLICT (gateway_id) DO UPDATE
SET link = CASE WHEN :number = 0 THEN link + 1 ELSE :number END,
    link_time = excluded.link_time,
    lease_end = excluded.lease_end
WHERE :number = 0 OR :number > link
RETURNING link
