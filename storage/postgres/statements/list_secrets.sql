SELECT sealed, fingerprint, create_time, retire_time FROM agent_secrets
WHERE agent_id = $1
ORDER BY number DESC
LIMIT $2::bigint
