-- The condition of the index is said once more, so that it serves.
SELECT audit_id, create_time, caller, peer_address, method, agent_id, subject, detail, status_code,
       error_reason
FROM audit
WHERE method = :method AND method <> 'SendCommand'
  AND (create_time, audit_id) < (:before_time, :before_id)
  AND create_time >= coalesce(:since, -9223372036854775808)
  AND (:caller = '' OR caller = :caller)
ORDER BY create_time DESC, audit_id DESC
LIMIT :limit
