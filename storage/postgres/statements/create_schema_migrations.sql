CREATE TABLE IF NOT EXISTS schema_migrations (
  number       bigint PRIMARY KEY,
  name         text NOT NULL,
  sha256       text NOT NULL,
  applied_time bigint NOT NULL
)
