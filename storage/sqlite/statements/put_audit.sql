INSERT INTO audit (audit_id, create_time, caller, peer_address, method, agent_id, subject, detail,
                   status_code, error_reason)
VALUES (:audit_id, :create_time, :caller, :peer_address, :method, :agent_id, :subject, :detail,
        NULL, '')
