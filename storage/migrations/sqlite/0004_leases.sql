-- Gateways that have had a link; see storage/lease.h.
CREATE TABLE gateways (
  gateway_id TEXT PRIMARY KEY NOT NULL,
  link       INTEGER NOT NULL,  -- the number of the last one
  link_time  INTEGER NOT NULL,
  lease_end  INTEGER NOT NULL   -- 0: over, and its sessions are released
) STRICT, WITHOUT ROWID;

CREATE INDEX gateways_by_lease ON gateways (lease_end) WHERE lease_end <> 0;

-- Sessions that were taken over while their gateway's lease ran, and of which that
-- gateway has not said that they are closed.
CREATE TABLE superseded_sessions (
  agent_id   TEXT NOT NULL,
  session_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  PRIMARY KEY (agent_id, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX superseded_by_gateway ON superseded_sessions (gateway_id);
