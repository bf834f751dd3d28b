SELECT (SELECT count(*) FROM agents),
       (SELECT count(*) FROM sessions),
       (SELECT count(*) FROM agents WHERE disabled = 1)
