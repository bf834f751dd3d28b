-- Their numbers have no gaps.
DELETE FROM agent_secrets
WHERE agent_id = $1
  AND number <= (SELECT max(number) FROM agent_secrets WHERE agent_id = $1) - $2::bigint
