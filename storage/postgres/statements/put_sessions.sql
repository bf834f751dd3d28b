INSERT INTO sessions (agent_id, session_id, gateway_id, peer_address, open_time, epoch,
                      secret_fingerprint, takeovers, takeovers_since, flapping, last_attempt)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                     $7::text[], $8::bigint[], $9::bigint[], $10::boolean[], $11::bigint[])
ON CONFLICT (agent_id) DO UPDATE
SET session_id = excluded.session_id, gateway_id = excluded.gateway_id,
    peer_address = excluded.peer_address, open_time = excluded.open_time, epoch = excluded.epoch,
    secret_fingerprint = excluded.secret_fingerprint, lapse_time = NULL,
    takeovers = excluded.takeovers, takeovers_since = excluded.takeovers_since,
    flapping = excluded.flapping, last_attempt = excluded.last_attempt
