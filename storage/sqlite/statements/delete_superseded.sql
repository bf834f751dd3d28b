DELETE FROM superseded_sessions WHERE agent_id = :agent_id AND session_id = :session_id
