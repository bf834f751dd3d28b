-- Two would do to know that there is not one.
SELECT agent_id, join_token_id FROM agents WHERE phone_digits = $1 LIMIT 2
