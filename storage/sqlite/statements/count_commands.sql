SELECT state, count FROM command_counts WHERE count > 0 ORDER BY state
