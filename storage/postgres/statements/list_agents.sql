-- Ids are ASCII, so everything that begins with the prefix is below the prefix
-- followed by the last ASCII character.
SELECT agents.agent_id, agents.user_phone, agents.display_name, agents.labels::text,
       agents.allowed_addresses, agents.disabled, agents.disabled_reason, agents.disable_time,
       agents.create_time, agents.update_time,
       secret.fingerprint, secret.create_time,
       agents.last_sync_time, agent_configs.version, agent_configs.delivered_version,
       sessions.agent_id, sessions.session_id, sessions.gateway_id, sessions.peer_address,
       sessions.open_time, sessions.epoch, sessions.secret_fingerprint
FROM agents
LEFT JOIN sessions ON sessions.agent_id = agents.agent_id
LEFT JOIN agent_configs ON agent_configs.agent_id = agents.agent_id
LEFT JOIN LATERAL (
  SELECT fingerprint, create_time FROM agent_secrets
  WHERE agent_secrets.agent_id = agents.agent_id AND retire_time IS NULL
  ORDER BY number DESC
  LIMIT 1
) AS secret ON true
WHERE agents.agent_id > $1
  AND agents.agent_id >= $2
  AND agents.agent_id < $2 || chr(127)
  AND ($3::boolean IS NULL OR agents.disabled = $3)
  AND ($4::boolean IS NULL OR (sessions.agent_id IS NOT NULL) = $4)
  AND ($5::boolean IS NULL OR (secret.create_time IS NOT NULL) = $5)
  AND agents.labels @> $6::text::jsonb
ORDER BY agents.agent_id
LIMIT $7::bigint
