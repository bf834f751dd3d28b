SELECT agent_id, session_id, epoch,
       EXISTS (SELECT 1 FROM commands
                  WHERE commands.agent_id = sessions.agent_id AND state = 1 AND expire_time > :now),
       EXISTS (SELECT 1 FROM agent_configs
                  WHERE agent_configs.agent_id = sessions.agent_id AND version > delivered_version),
       disabled
FROM sessions JOIN agents USING (agent_id)
WHERE gateway_id = :gateway_id AND agent_id > :after_agent_id
ORDER BY agent_id
LIMIT :limit
