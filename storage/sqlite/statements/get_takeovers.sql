SELECT takeovers, takeovers_since, flapping, last_attempt FROM sessions WHERE agent_id = :agent_id
