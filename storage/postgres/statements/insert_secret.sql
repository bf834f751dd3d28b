INSERT INTO agent_secrets (agent_id, number, sealed, fingerprint, create_time, retire_time)
SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5
FROM agent_secrets WHERE agent_id = $1
