-- The fleet secret is accepted only as long as the agent has none of its own in
-- force; a secret that is no longer kept was retired long ago.
UPDATE sessions
SET lapse_time = CASE
  WHEN secret_fingerprint = '' THEN
    (SELECT 0 FROM agent_secrets
     WHERE agent_secrets.agent_id = sessions.agent_id AND retire_time IS NULL LIMIT 1)
  ELSE
    (SELECT CASE WHEN count(*) = 0 THEN 0
                 WHEN count(retire_time) = count(*) THEN max(retire_time) END
     FROM agent_secrets
     WHERE agent_secrets.agent_id = sessions.agent_id
       AND fingerprint = sessions.secret_fingerprint)
  END
WHERE agent_id = ANY($1::text[])
