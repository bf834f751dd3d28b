SELECT sequence, agent_id, event_id, event_type, thread_id, details_json, receive_time, channel FROM events
WHERE sequence > :after
ORDER BY sequence
LIMIT :limit
