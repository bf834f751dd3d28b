SELECT name, sha256, role, create_time FROM admin_tokens ORDER BY name
