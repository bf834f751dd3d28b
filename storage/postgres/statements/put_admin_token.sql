INSERT INTO admin_tokens (name, sha256, role, create_time) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE
SET sha256 = excluded.sha256, role = excluded.role, create_time = excluded.create_time
