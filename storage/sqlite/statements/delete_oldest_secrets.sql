-- Their numbers have no gaps.
DELETE FROM agent_secrets
WHERE agent_id = :agent_id
  AND number <= (SELECT max(number) FROM agent_secrets WHERE agent_id = :agent_id) - :kept
