INSERT OR REPLACE INTO admin_tokens (name, sha256, role, create_time)
VALUES (:name, :sha256, :role, :create_time)
