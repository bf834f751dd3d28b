INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING
