-- Tables in a schema that edgeplane did not make.
SELECT count(*) FROM pg_tables
WHERE schemaname = current_schema()
  AND NOT EXISTS (SELECT 1 FROM pg_attribute
                  WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.schema_migrations')
                    AND attname = 'sha256')
