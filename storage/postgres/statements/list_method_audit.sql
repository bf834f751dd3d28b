-- The condition of the index is said once more, so that it serves.
SELECT audit_id, create_time, caller, peer_address, method, agent_id, subject, detail, status_code,
       error_reason
FROM audit
WHERE method = $5 AND method <> 'SendCommand' AND (create_time, audit_id) < ($1, $2)
  AND create_time >= coalesce($3::bigint, -9223372036854775808)
  AND ($4 = '' OR caller = $4)
ORDER BY create_time DESC, audit_id DESC
LIMIT $6::bigint
