DELETE FROM sessions WHERE agent_id = ANY($1::text[])
