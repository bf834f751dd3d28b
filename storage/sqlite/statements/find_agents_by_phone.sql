-- Two would do to know that there is not one.
SELECT agent_id FROM agents WHERE phone_digits = :phone_digits LIMIT 2
