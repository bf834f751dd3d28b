INSERT INTO agent_configs (agent_id, version, config_json, update_time, delivered_version,
                           deliver_time, offered_version, offered_session, sync_id, prior_version,
                           prior_time)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[],
                     $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bigint[],
                     $11::bigint[])
ON CONFLICT (agent_id) DO UPDATE
SET version = excluded.version, config_json = excluded.config_json,
    update_time = excluded.update_time, delivered_version = excluded.delivered_version,
    deliver_time = excluded.deliver_time, offered_version = excluded.offered_version,
    offered_session = excluded.offered_session, sync_id = excluded.sync_id,
    prior_version = excluded.prior_version, prior_time = excluded.prior_time
