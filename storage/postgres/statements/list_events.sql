SELECT sequence, agent_id, event_id, event_type, thread_id, details_json, receive_time, channel
FROM events
WHERE sequence < $1
ORDER BY sequence DESC
LIMIT $2::bigint
