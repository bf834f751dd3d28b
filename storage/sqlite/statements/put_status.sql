-- Passes over agents that are gone, and what is older than what is there.
INSERT INTO agent_statuses (agent_id, time, status_json)
SELECT agent_id, :time, :status_json FROM agents WHERE agent_id = :agent_id
ON CONFLICT (agent_id) DO UPDATE
SET time = excluded.time, status_json = excluded.status_json
WHERE excluded.time >= time
