SELECT agent_id, version, config_json, update_time, delivered_version, deliver_time,
       offered_version, offered_session, sync_id, prior_version, prior_time
FROM agent_configs
WHERE agent_id = ANY($1::text[])
