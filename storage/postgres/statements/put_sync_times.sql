UPDATE agents SET last_sync_time = synced.time
FROM unnest($1::text[], $2::bigint[]) AS synced (agent_id, time)
WHERE agents.agent_id = synced.agent_id
