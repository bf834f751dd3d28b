-- The first schema. Times are microseconds since 1970 in UTC. Migrations are
-- append-only: once released, a file never changes; a change is a new file.

CREATE TABLE agents (
  agent_id          TEXT PRIMARY KEY NOT NULL,
  user_phone        TEXT NOT NULL,
  display_name      TEXT NOT NULL,
  labels            TEXT NOT NULL,  -- JSON object of strings
  allowed_addresses TEXT NOT NULL,  -- JSON array of strings
  disabled          INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  disabled_reason   TEXT NOT NULL,
  disable_time      INTEGER,
  create_time       INTEGER NOT NULL,
  update_time       INTEGER NOT NULL
) STRICT;

CREATE INDEX agents_disabled ON agents (agent_id) WHERE disabled = 1;

CREATE TABLE agent_secrets (
  agent_id    TEXT NOT NULL REFERENCES agents ON DELETE CASCADE,
  number      INTEGER NOT NULL,  -- the newest has the largest
  sealed      BLOB NOT NULL,
  fingerprint TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  retire_time INTEGER,           -- NULL: in force
  PRIMARY KEY (agent_id, number)
) STRICT, WITHOUT ROWID;

-- Open sessions only: one that ends leaves no row.
CREATE TABLE sessions (
  agent_id     TEXT PRIMARY KEY NOT NULL REFERENCES agents ON DELETE CASCADE,
  session_id   TEXT NOT NULL,
  gateway_id   TEXT NOT NULL,
  peer_address TEXT NOT NULL,
  open_time    INTEGER NOT NULL,
  epoch        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_gateway ON sessions (gateway_id);

-- 'epoch' is one for all agents and only grows, so that an agent deleted and
-- made again is above all its earlier sessions. 'write_check' is there to be
-- written.
CREATE TABLE counters (
  name  TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('epoch', 0), ('write_check', 0);

-- No reference to agents: finished commands outlive their agent.
CREATE TABLE commands (
  sequence        INTEGER PRIMARY KEY,  -- order of enqueueing
  command_id      TEXT NOT NULL UNIQUE,
  agent_id        TEXT NOT NULL,
  state           INTEGER NOT NULL CHECK (state BETWEEN 1 AND 9),
  deliveries      INTEGER NOT NULL,
  steps           INTEGER NOT NULL,     -- in command_steps
  update_time     INTEGER NOT NULL,
  deliver_time    INTEGER,              -- of the last delivery
  immediate       INTEGER NOT NULL CHECK (immediate IN (0, 1)),
  max_deliveries  INTEGER NOT NULL,
  create_time     INTEGER NOT NULL,
  expire_time     INTEGER NOT NULL,
  idempotency_key TEXT,                 -- NULL: none
  content_digest  BLOB NOT NULL,        -- SHA-256 of what idempotency compares
  type            TEXT NOT NULL,
  error           TEXT NOT NULL,
  payload_json    TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX commands_by_key ON commands (agent_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Serves the queue in its order, what a session holds, and the count of
-- unfinished commands. Statements repeat the condition word for word: only then
-- does SQLite see that a partial index serves (sqlite.org/partialindex.html, 3).
CREATE INDEX commands_unfinished ON commands (agent_id, state, immediate DESC, sequence)
  WHERE state IN (1, 2, 3, 4);

CREATE INDEX commands_by_expiry ON commands (expire_time) WHERE state IN (1, 2, 3, 4);

-- Within an agent in order of sequence, as in every index on a rowid table.
CREATE INDEX commands_by_agent ON commands (agent_id);

CREATE TABLE command_steps (
  sequence   INTEGER NOT NULL,  -- the command's
  number     INTEGER NOT NULL,
  time       INTEGER NOT NULL,
  state      INTEGER NOT NULL CHECK (state BETWEEN 1 AND 9),
  channel    INTEGER NOT NULL CHECK (channel BETWEEN 1 AND 4),
  session_id TEXT NOT NULL,
  ordinal    INTEGER,           -- of the acknowledgement, if it is one
  detail     TEXT NOT NULL,
  PRIMARY KEY (sequence, number)
) STRICT, WITHOUT ROWID;

-- Commands by state, kept up to date by triggers: they are asked for at every
-- scrape, and counting them would read the whole table.
CREATE TABLE command_counts (
  state INTEGER PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;

INSERT INTO command_counts (state, count)
  VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0);

CREATE TRIGGER commands_inserted AFTER INSERT ON commands
BEGIN
  UPDATE command_counts SET count = count + 1 WHERE state = NEW.state;
END;

CREATE TRIGGER commands_moved AFTER UPDATE OF state ON commands WHEN NEW.state <> OLD.state
BEGIN
  UPDATE command_counts SET count = count - 1 WHERE state = OLD.state;
  UPDATE command_counts SET count = count + 1 WHERE state = NEW.state;
END;

CREATE TRIGGER commands_deleted AFTER DELETE ON commands
BEGIN
  UPDATE command_counts SET count = count - 1 WHERE state = OLD.state;
END;

CREATE TABLE refusals (
  refusal_id   TEXT PRIMARY KEY NOT NULL,
  create_time  INTEGER NOT NULL,
  last_time    INTEGER NOT NULL,
  count        INTEGER NOT NULL,
  reason       INTEGER NOT NULL,  -- edgeplane.v1.Reason
  http_status  INTEGER NOT NULL,
  agent_id     TEXT NOT NULL,     -- as claimed
  peer_address TEXT NOT NULL,
  gateway_id   TEXT NOT NULL,
  evidence     BLOB NOT NULL      -- an edgeplane.v1.Refusal
) STRICT;

CREATE INDEX refusals_by_time ON refusals (create_time, refusal_id);
CREATE INDEX refusals_by_agent ON refusals (agent_id, create_time, refusal_id);
-- Holds all that the counts by reason and the bound of a list need.
CREATE INDEX refusals_by_last_time ON refusals (last_time, create_time, reason, count);

CREATE TABLE admin_tokens (
  name        TEXT PRIMARY KEY NOT NULL,
  sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
  role        TEXT NOT NULL,
  create_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (
  name  TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
