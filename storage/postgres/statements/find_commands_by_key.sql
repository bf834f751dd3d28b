SELECT asked.number, sequence, content_digest
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (agent_id, key, number)
JOIN commands ON commands.agent_id = asked.agent_id AND idempotency_key = asked.key
