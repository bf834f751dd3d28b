-- Passes over what is older than what is there.
INSERT INTO agent_statuses AS kept (agent_id, time, status_json)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])
ON CONFLICT (agent_id) DO UPDATE
SET time = excluded.time, status_json = excluded.status_json
WHERE excluded.time >= kept.time
