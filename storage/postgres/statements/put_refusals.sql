INSERT INTO refusals AS kept (refusal_id, create_time, last_time, count, reason, http_status,
                              agent_id, peer_address, gateway_id, evidence)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                     $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bytea[])
ON CONFLICT (refusal_id) DO UPDATE
SET count = greatest(kept.count, excluded.count),
    last_time = greatest(kept.last_time, excluded.last_time)
