-- What syncs handed out last and the agent has said nothing of. OFFSET 0 keeps the
-- planner from reading what all syncs have handed out.
SELECT asked.number, held.sequence, held.state
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (agent_id, sync_id, number)
CROSS JOIN LATERAL (
  SELECT sequence, state FROM commands
  WHERE deliver_session = asked.sync_id AND deliver_channel = 3 AND state IN (1, 2)
    AND agent_id = asked.agent_id
  OFFSET 0
) AS held
ORDER BY asked.number, held.sequence
