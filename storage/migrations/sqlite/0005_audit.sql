-- What operators have asked for. A row is there before anything is done, and says how
-- it ended once it has.
CREATE TABLE audit (
  audit_id     TEXT PRIMARY KEY NOT NULL,
  create_time  INTEGER NOT NULL,
  caller       TEXT NOT NULL,  -- the name of the admin token
  peer_address TEXT NOT NULL,
  method       TEXT NOT NULL,
  agent_id     TEXT NOT NULL,  -- '': none
  subject      TEXT NOT NULL,  -- a command, a join token; '': none
  detail       TEXT NOT NULL,
  status_code  INTEGER,        -- gRPC's; NULL: it goes on, or that is not known
  error_reason TEXT NOT NULL   -- ErrorReason by name; '': none
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_time ON audit (create_time, audit_id);
CREATE INDEX audit_by_agent ON audit (agent_id, create_time, audit_id) WHERE agent_id <> '';
