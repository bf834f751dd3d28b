UPDATE sessions
SET takeovers = :takeovers, takeovers_since = :takeovers_since, flapping = :flapping,
    last_attempt = :last_attempt
WHERE agent_id = :agent_id
