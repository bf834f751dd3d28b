SELECT (SELECT count(*) FROM agents),
       (SELECT count(*) FROM sessions),
       (SELECT count(*) FROM agents WHERE disabled),
       (SELECT count(DISTINCT agent_id) FROM agent_secrets WHERE retire_time IS NULL)
