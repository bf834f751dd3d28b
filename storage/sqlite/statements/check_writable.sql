UPDATE counters SET value = value + 1 WHERE name = 'write_check'
