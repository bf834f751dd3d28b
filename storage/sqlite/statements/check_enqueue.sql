-- Whether the agent exists, and its unfinished commands as far as it matters.
SELECT EXISTS (SELECT 1 FROM agents WHERE agent_id = :agent_id),
       (SELECT count(*) FROM (SELECT 1 FROM commands WHERE agent_id = :agent_id
                                AND state IN (1, 2, 3, 4)
                              LIMIT :unfinished_max))
