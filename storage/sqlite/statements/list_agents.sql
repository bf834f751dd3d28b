-- Ids are ASCII, so everything that begins with the prefix is below the prefix
-- followed by the last ASCII character.
SELECT agents.agent_id, agents.user_phone, agents.display_name, agents.labels,
       agents.allowed_addresses, agents.disabled, agents.disabled_reason, agents.disable_time,
       agents.create_time, agents.update_time,
       secret.fingerprint, secret.create_time,
       sessions.session_id, sessions.gateway_id, sessions.peer_address, sessions.open_time,
       sessions.epoch, sessions.secret_fingerprint,
       agents.last_sync_time, agent_configs.version, agent_configs.delivered_version
FROM agents
LEFT JOIN sessions ON sessions.agent_id = agents.agent_id
LEFT JOIN agent_configs ON agent_configs.agent_id = agents.agent_id
LEFT JOIN agent_secrets AS secret
  ON secret.agent_id = agents.agent_id
  AND secret.number = (SELECT max(number) FROM agent_secrets
                       WHERE agent_id = agents.agent_id AND retire_time IS NULL)
WHERE agents.agent_id > :after
  AND agents.agent_id >= :prefix
  AND agents.agent_id < :prefix || char(127)
  AND (:disabled IS NULL OR agents.disabled = :disabled)
  AND (:connected IS NULL OR (sessions.agent_id IS NOT NULL) = :connected)
  AND (:has_secret IS NULL OR (secret.agent_id IS NOT NULL) = :has_secret)
  AND NOT EXISTS (
    SELECT 1 FROM json_each(:labels) AS wanted
    WHERE NOT EXISTS (SELECT 1 FROM json_each(agents.labels) AS label
                      WHERE label.key = wanted.key AND label.value = wanted.value))
ORDER BY agents.agent_id
LIMIT :limit
