-- Other programs have a table of this name too.
SELECT count(*) FROM pg_attribute
WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.schema_migrations')
  AND attname = 'sha256'
