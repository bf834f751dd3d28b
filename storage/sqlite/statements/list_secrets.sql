SELECT sealed, fingerprint, create_time, retire_time FROM agent_secrets
WHERE agent_id = :agent_id
ORDER BY number DESC
LIMIT 8
