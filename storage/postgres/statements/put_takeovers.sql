UPDATE sessions
SET takeovers = tried.takeovers, takeovers_since = tried.takeovers_since,
    flapping = tried.flapping, last_attempt = tried.last_attempt
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[], $5::bigint[])
  AS tried (agent_id, takeovers, takeovers_since, flapping, last_attempt)
WHERE sessions.agent_id = tried.agent_id
