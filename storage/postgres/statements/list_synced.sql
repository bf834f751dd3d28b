-- What syncs handed out last and the agent has said nothing of.
SELECT asked.number, sequence, state
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (agent_id, sync_id, number)
JOIN commands ON deliver_session = asked.sync_id AND deliver_channel = 3 AND state IN (1, 2)
             AND commands.agent_id = asked.agent_id
ORDER BY asked.number, sequence
