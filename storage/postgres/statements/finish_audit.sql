UPDATE audit
SET status_code = ended.status_code,
    error_reason = ended.error_reason,
    agent_id = CASE WHEN ended.agent_id = '' THEN audit.agent_id ELSE ended.agent_id END,
    subject = CASE WHEN ended.subject = '' THEN audit.subject ELSE ended.subject END
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])
  AS ended (audit_id, status_code, error_reason, agent_id, subject)
WHERE audit.audit_id = ended.audit_id
