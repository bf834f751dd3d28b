INSERT INTO refusals (refusal_id, create_time, last_time, count, reason, http_status, agent_id,
                      peer_address, gateway_id, evidence)
VALUES (:refusal_id, :create_time, :last_time, :count, :reason, :http_status, :agent_id,
        :peer_address, :gateway_id, :evidence)
ON CONFLICT (refusal_id) DO UPDATE
SET count = max(count, excluded.count), last_time = max(last_time, excluded.last_time)
