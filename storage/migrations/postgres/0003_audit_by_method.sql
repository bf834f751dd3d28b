-- Who did what is rare among what has been sent, and found without reading through it.
CREATE INDEX audit_by_method ON audit (method, create_time, audit_id) WHERE method <> 'SendCommand';
