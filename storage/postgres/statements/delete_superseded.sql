DELETE FROM superseded_sessions
USING unnest($1::text[], $2::text[]) AS closed (agent_id, session_id)
WHERE superseded_sessions.agent_id = closed.agent_id
  AND superseded_sessions.session_id = closed.session_id
