-- What the sync handed out last and the agent has said nothing of; the pluses keep
-- the choice to the one index that holds little else.
SELECT sequence, state FROM commands
WHERE deliver_session = :sync_id AND deliver_channel = 3 AND state IN (1, 2)
  AND +agent_id = :agent_id
ORDER BY +sequence
