SELECT refusal_id, reason, agent_id, peer_address, gateway_id, create_time, last_time, count,
       http_status, evidence
FROM refusals
WHERE refusal_id = $1
