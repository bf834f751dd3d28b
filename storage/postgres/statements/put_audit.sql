INSERT INTO audit (audit_id, create_time, caller, peer_address, method, agent_id, subject, detail,
                   status_code, error_reason)
SELECT *, NULL::integer, ''
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[])
