SELECT agent_id, session_id, epoch,
       EXISTS (SELECT 1 FROM commands
                  WHERE commands.agent_id = sessions.agent_id AND state IN (1, 2, 3, 4)
                    AND state = 1 AND expire_time > $3),
       EXISTS (SELECT 1 FROM agent_configs
                  WHERE agent_configs.agent_id = sessions.agent_id AND version > delivered_version),
       disabled
FROM sessions JOIN agents USING (agent_id)
WHERE gateway_id = $1 AND agent_id > $2
ORDER BY agent_id
LIMIT $4::bigint
