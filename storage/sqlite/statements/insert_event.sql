-- Not by ON CONFLICT, which would use up a sequence.
INSERT INTO events (agent_id, event_id, event_type, thread_id, receive_time, channel, details_json)
SELECT :agent_id, :event_id, :event_type, :thread_id, :receive_time, :channel, :details_json
WHERE NOT EXISTS (SELECT 1 FROM events WHERE agent_id = :agent_id AND event_id = :event_id)
