SELECT sequence, agent_id, event_id, event_type, thread_id, details_json, receive_time, channel FROM events
WHERE agent_id = :agent_id
  AND sequence > :after
  AND (:event_type IS NULL OR +event_type = :event_type)
ORDER BY sequence
LIMIT :limit
