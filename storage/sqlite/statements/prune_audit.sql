DELETE FROM audit
WHERE audit_id IN (SELECT audit_id FROM audit WHERE create_time < :before
                   ORDER BY create_time LIMIT :limit)
