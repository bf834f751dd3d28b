INSERT INTO sqlite_sequence (name, seq) VALUES ('events', :value)
