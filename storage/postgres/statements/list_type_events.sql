SELECT sequence, agent_id, event_id, event_type, thread_id, details_json, receive_time, channel
FROM events
WHERE event_type = $3 AND sequence < $1
ORDER BY sequence DESC
LIMIT $2::bigint
