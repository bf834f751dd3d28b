-- An agent has few of a type, and its own index has the order.
SELECT sequence, agent_id, event_id, event_type, thread_id, details_json, receive_time, channel
FROM events
WHERE agent_id = $3
  AND sequence < $1
  AND ($4::text IS NULL OR event_type || '' = $4)
ORDER BY sequence DESC
LIMIT $2::bigint
