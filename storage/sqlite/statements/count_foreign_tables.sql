-- Tables in a file that edgeplane did not make.
SELECT count(*) FROM sqlite_schema
WHERE type = 'table'
  AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations')
