-- What operators have asked for. A row is there before anything is done, and says how
-- it ended once it has.
CREATE TABLE audit (
  audit_id     text COLLATE "C" PRIMARY KEY,
  create_time  bigint NOT NULL,
  caller       text COLLATE "C" NOT NULL,  -- the name of the admin token
  peer_address text NOT NULL,
  method       text COLLATE "C" NOT NULL,
  agent_id     text COLLATE "C" NOT NULL,  -- '': none
  subject      text COLLATE "C" NOT NULL,  -- a command, a join token; '': none
  detail       text NOT NULL,
  status_code  integer,                    -- gRPC's; NULL: it goes on, or that is not known
  error_reason text COLLATE "C" NOT NULL   -- ErrorReason by name; '': none
) WITH (fillfactor = 80);

CREATE INDEX audit_by_time ON audit (create_time, audit_id);
CREATE INDEX audit_by_agent ON audit (agent_id, create_time, audit_id) WHERE agent_id <> '';
