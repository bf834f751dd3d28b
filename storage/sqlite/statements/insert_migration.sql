INSERT INTO schema_migrations (number, name, sha256, applied_time)
VALUES (:number, :name, :sha256, :applied_time)
