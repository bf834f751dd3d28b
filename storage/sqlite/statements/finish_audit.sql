UPDATE audit
SET status_code = :status_code,
    error_reason = :error_reason,
    agent_id = CASE WHEN :agent_id = '' THEN agent_id ELSE :agent_id END,
    subject = CASE WHEN :subject = '' THEN subject ELSE :subject END
WHERE audit_id = :audit_id
