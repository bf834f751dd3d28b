-- Tables in a file that edgeplane did not make.
SELECT count(*) FROM sqlite_schema
WHERE type = 'table'
  AND NOT EXISTS (SELECT 1 FROM pragma_table_info('schema_migrations') WHERE name = 'sha256')
