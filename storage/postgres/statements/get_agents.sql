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
WHERE agents.agent_id = ANY($1::text[])
