INSERT INTO agent_secrets (agent_id, number, sealed, fingerprint, create_time, retire_time)
SELECT :agent_id, coalesce(max(number), 0) + 1, :sealed, :fingerprint, :create_time, :retire_time
FROM agent_secrets WHERE agent_id = :agent_id
