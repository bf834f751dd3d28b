-- New rows are numbered above the imported ones.
SELECT
  setval(pg_get_serial_sequence('commands', 'sequence'),
         (SELECT coalesce(max(sequence), 0) + 1 FROM commands), false),
  setval(pg_get_serial_sequence('join_tokens', 'number'),
         (SELECT coalesce(max(number), 0) + 1 FROM join_tokens), false)
