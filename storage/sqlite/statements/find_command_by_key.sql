SELECT sequence, content_digest FROM commands
WHERE agent_id = :agent_id AND idempotency_key = :idempotency_key
