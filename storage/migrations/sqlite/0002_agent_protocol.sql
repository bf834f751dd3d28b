-- Polling agents, events, desired configurations, join tokens, the rotation of
-- secrets, and the guard against two processes under one id.

ALTER TABLE agents ADD COLUMN last_sync_time INTEGER;
-- The join token that made it; NULL: an operator did.
ALTER TABLE agents ADD COLUMN join_token_id TEXT;
-- As PhoneDigits() of storage/join_token.h has it.
ALTER TABLE agents ADD COLUMN phone_digits TEXT GENERATED ALWAYS AS (
  replace(replace(replace(replace(replace(replace(
    user_phone, '+', ''), ' ', ''), '-', ''), '.', ''), '(', ''), ')', '')) VIRTUAL;

CREATE INDEX agents_by_phone ON agents (phone_digits);

CREATE INDEX agent_secrets_in_force ON agent_secrets (agent_id) WHERE retire_time IS NULL;

-- Of the secret it was opened with; '': the fleet secret; NULL: not known, because
-- an earlier version opened it.
ALTER TABLE sessions ADD COLUMN secret_fingerprint TEXT;
-- From when on that secret is no longer accepted; NULL: no end of it is known.
ALTER TABLE sessions ADD COLUMN lapse_time INTEGER;
-- The TakeoverRecord of storage/takeover.h.
ALTER TABLE sessions ADD COLUMN takeovers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN takeovers_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN flapping INTEGER NOT NULL DEFAULT 0 CHECK (flapping IN (0, 1));
ALTER TABLE sessions ADD COLUMN last_attempt INTEGER NOT NULL DEFAULT 0;

CREATE INDEX sessions_by_lapse ON sessions (lapse_time) WHERE lapse_time IS NOT NULL;

-- Where the last delivery went: a session, or a sync. Until now everything went
-- to sessions.
ALTER TABLE commands ADD COLUMN deliver_channel INTEGER NOT NULL DEFAULT 2
  CHECK (deliver_channel BETWEEN 1 AND 4);
ALTER TABLE commands ADD COLUMN deliver_session TEXT NOT NULL DEFAULT '';
ALTER TABLE commands ADD COLUMN result_json TEXT NOT NULL DEFAULT '';  -- '': none

-- With the channel, so that what a session holds is found here alone: in the row
-- it stands behind the payload.
DROP INDEX commands_unfinished;
CREATE INDEX commands_unfinished
  ON commands (agent_id, state, immediate DESC, sequence, deliver_channel)
  WHERE state IN (1, 2, 3, 4);

-- What a sync handed out and the agent has said nothing of; and since when.
CREATE INDEX commands_by_sync ON commands (deliver_session)
  WHERE deliver_channel = 3 AND state IN (1, 2);
CREATE INDEX commands_by_delivery ON commands (deliver_time)
  WHERE deliver_channel = 3 AND state = 2;

-- What an agent last said of itself. Not in its row, which it would make long.
CREATE TABLE agent_statuses (
  agent_id    TEXT PRIMARY KEY NOT NULL REFERENCES agents ON DELETE CASCADE,
  time        INTEGER NOT NULL,
  status_json TEXT NOT NULL
) STRICT;

-- The ConfigRecord of storage/config_record.h.
CREATE TABLE agent_configs (
  agent_id          TEXT PRIMARY KEY NOT NULL REFERENCES agents ON DELETE CASCADE,
  version           INTEGER NOT NULL,
  update_time       INTEGER NOT NULL,
  delivered_version INTEGER NOT NULL,
  deliver_time      INTEGER,
  offered_version   INTEGER NOT NULL,
  offered_session   TEXT NOT NULL,
  sync_id           TEXT NOT NULL,
  prior_version     INTEGER NOT NULL,
  prior_time        INTEGER,
  config_json       TEXT NOT NULL
) STRICT;

-- No reference to agents: events outlive their agent. AUTOINCREMENT, so that a
-- number never comes again after the newest have been deleted: readers go on from
-- the last one they saw (sqlite.org/autoinc.html).
CREATE TABLE events (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  agent_id     TEXT NOT NULL,
  event_id     TEXT NOT NULL,  -- the agent's own
  event_type   TEXT NOT NULL,
  thread_id    TEXT NOT NULL,
  receive_time INTEGER NOT NULL,
  channel      INTEGER NOT NULL CHECK (channel BETWEEN 1 AND 4),
  details_json TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_by_id ON events (agent_id, event_id);
-- Within an agent, or a type, in order of sequence.
CREATE INDEX events_by_agent ON events (agent_id);
CREATE INDEX events_by_type ON events (event_type);
CREATE INDEX events_by_time ON events (receive_time);

CREATE TABLE join_tokens (
  number        INTEGER PRIMARY KEY,  -- in the order they were made
  join_token_id TEXT NOT NULL UNIQUE,
  sha256        BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  description   TEXT NOT NULL,
  user_phone    TEXT NOT NULL,        -- digits; '': any
  labels        TEXT NOT NULL,        -- JSON object of strings
  max_uses      INTEGER NOT NULL,     -- 0: any number
  uses          INTEGER NOT NULL,
  create_time   INTEGER NOT NULL,
  expire_time   INTEGER NOT NULL,
  revoke_time   INTEGER
) STRICT;
