-- Passes over those that another registry is deleting.
DELETE FROM audit
WHERE audit_id IN (SELECT audit_id FROM audit WHERE create_time < $1
                   ORDER BY create_time LIMIT $2::bigint
                   FOR UPDATE SKIP LOCKED)
