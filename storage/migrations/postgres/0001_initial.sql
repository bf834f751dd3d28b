-- The first schema. Times are microseconds since 1970 in UTC. Migrations are
-- append-only: once released, a file never changes; a change is a new file.
--
-- Ids and keys have COLLATE "C": they sort by their bytes, whatever the locale of
-- the database. Rows that are updated often have room beside them for their next
-- version (fillfactor), so that indexes need not hear of it.

CREATE TABLE agents (
  agent_id          text COLLATE "C" PRIMARY KEY,
  user_phone        text NOT NULL,
  -- As PhoneDigits() of storage/join_token.h has it.
  phone_digits      text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (translate(user_phone, '+ -.()', '')) STORED,
  display_name      text NOT NULL,
  labels            jsonb NOT NULL,  -- object of strings
  allowed_addresses text NOT NULL,   -- JSON array of strings
  disabled          boolean NOT NULL,
  disabled_reason   text NOT NULL,
  disable_time      bigint,
  create_time       bigint NOT NULL,
  update_time       bigint NOT NULL,
  last_sync_time    bigint,
  -- The join token that made it; NULL: an operator did.
  join_token_id     text COLLATE "C"
) WITH (fillfactor = 80);

CREATE INDEX agents_disabled ON agents (agent_id) WHERE disabled;
CREATE INDEX agents_by_phone ON agents (phone_digits);

CREATE TABLE agent_secrets (
  agent_id    text COLLATE "C" NOT NULL REFERENCES agents ON DELETE CASCADE,
  number      bigint NOT NULL,  -- the newest has the largest
  sealed      bytea NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  create_time bigint NOT NULL,
  retire_time bigint,           -- NULL: in force
  PRIMARY KEY (agent_id, number)
);

CREATE INDEX agent_secrets_in_force ON agent_secrets (agent_id) WHERE retire_time IS NULL;

-- Open sessions only: one that ends leaves no row.
CREATE TABLE sessions (
  agent_id           text COLLATE "C" PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
  session_id         text COLLATE "C" NOT NULL,
  gateway_id         text COLLATE "C" NOT NULL,
  peer_address       text NOT NULL,
  open_time          bigint NOT NULL,
  epoch              bigint NOT NULL,
  -- Of the secret it was opened with; '': the fleet secret.
  secret_fingerprint text COLLATE "C" NOT NULL,
  -- From when on that secret is no longer accepted; NULL: no end of it is known.
  lapse_time         bigint,
  -- The TakeoverRecord of storage/takeover.h.
  takeovers          bigint NOT NULL,
  takeovers_since    bigint NOT NULL,
  flapping           boolean NOT NULL,
  last_attempt       bigint NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX sessions_by_gateway ON sessions (gateway_id, agent_id);
CREATE INDEX sessions_by_lapse ON sessions (lapse_time, agent_id) WHERE lapse_time IS NOT NULL;

-- Gateways that have had a link; see storage/lease.h. Leases run by the clock of the
-- database.
CREATE TABLE gateways (
  gateway_id text COLLATE "C" PRIMARY KEY,
  link       bigint NOT NULL,  -- the number of the last one
  link_time  bigint NOT NULL,
  lease_end  bigint NOT NULL   -- 0: over, and its sessions are released
) WITH (fillfactor = 50);

-- Sessions that were taken over while their gateway's lease ran, and of which that
-- gateway has not said that they are closed.
CREATE TABLE superseded_sessions (
  agent_id   text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  gateway_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (agent_id, session_id)
);

CREATE INDEX superseded_by_gateway ON superseded_sessions (gateway_id);

-- One for all agents, so that an agent deleted and made again is above all its
-- earlier sessions. Taken under the agent's lock, so it rises for each agent.
CREATE SEQUENCE session_epochs;

-- No reference to agents: finished commands outlive their agent. Numbered under
-- the agent's lock, so that the order of the numbers is the agent's queue.
CREATE TABLE commands (
  sequence        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  command_id      text COLLATE "C" NOT NULL UNIQUE,
  agent_id        text COLLATE "C" NOT NULL,
  state           smallint NOT NULL CHECK (state BETWEEN 1 AND 9),
  deliveries      integer NOT NULL,
  steps           integer NOT NULL,     -- number of the last in command_steps
  update_time     bigint NOT NULL,
  deliver_time    bigint,               -- of the last delivery
  deliver_channel smallint NOT NULL DEFAULT 2 CHECK (deliver_channel BETWEEN 1 AND 4),
  deliver_session text COLLATE "C" NOT NULL DEFAULT '',
  immediate       boolean NOT NULL,
  max_deliveries  integer NOT NULL,
  create_time     bigint NOT NULL,
  expire_time     bigint NOT NULL,
  idempotency_key text COLLATE "C",     -- NULL: none
  content_digest  bytea NOT NULL,       -- SHA-256 of what idempotency compares
  type            text NOT NULL,
  error           text NOT NULL DEFAULT '',
  result_json     text NOT NULL DEFAULT '',  -- '': none
  payload_json    text NOT NULL
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX commands_by_key ON commands (agent_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Serves the queue in its order, and what a session holds. Statements repeat the
-- condition, so that it is seen that the index serves.
CREATE INDEX commands_unfinished ON commands (agent_id, state, immediate DESC, sequence)
  WHERE state IN (1, 2, 3, 4);
CREATE INDEX commands_by_expiry ON commands (expire_time) WHERE state IN (1, 2, 3, 4);
-- Final commands by age, for those that have grown old enough to go.
CREATE INDEX commands_final ON commands (update_time, sequence) WHERE state IN (5, 6, 7, 8, 9);
CREATE INDEX commands_by_agent ON commands (agent_id, sequence);

-- What a sync handed out and the agent has said nothing of; and since when.
CREATE INDEX commands_by_sync ON commands (deliver_session)
  WHERE deliver_channel = 3 AND state IN (1, 2);
CREATE INDEX commands_by_delivery ON commands (deliver_time)
  WHERE deliver_channel = 3 AND state = 2;

CREATE TABLE command_steps (
  sequence   bigint NOT NULL,  -- the command's
  number     integer NOT NULL,
  time       bigint NOT NULL,
  state      smallint NOT NULL CHECK (state BETWEEN 1 AND 9),
  channel    smallint NOT NULL CHECK (channel BETWEEN 1 AND 4),
  session_id text COLLATE "C" NOT NULL,
  ordinal    bigint,           -- of the acknowledgement, if it is one with a name
  detail     text NOT NULL,
  PRIMARY KEY (sequence, number)
);

-- Each agent's commands by state, kept up to date by triggers: whether there is
-- room in its queue is asked for every new command, and the sums at every scrape.
-- One row an agent and state, because that is what is locked anyway: a row for all
-- agents would be waited for by everybody.
CREATE TABLE command_counts (
  agent_id text COLLATE "C" NOT NULL,
  state    smallint NOT NULL,
  count    bigint NOT NULL,
  PRIMARY KEY (agent_id, state)
) WITH (fillfactor = 50);

CREATE FUNCTION count_made_commands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO command_counts AS counted (agent_id, state, count)
  SELECT agent_id, state, count(*) FROM made GROUP BY agent_id, state ORDER BY agent_id, state
  ON CONFLICT (agent_id, state) DO UPDATE SET count = counted.count + excluded.count;
  RETURN NULL;
END $$;

CREATE FUNCTION count_moved_commands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO command_counts AS counted (agent_id, state, count)
  SELECT agent_id, state, sum(change)
  FROM (SELECT agent_id, state, 1 AS change FROM after
        UNION ALL
        SELECT agent_id, state, -1 FROM before) AS changes
  GROUP BY agent_id, state
  HAVING sum(change) <> 0
  ORDER BY agent_id, state
  ON CONFLICT (agent_id, state) DO UPDATE SET count = counted.count + excluded.count;
  RETURN NULL;
END $$;

CREATE FUNCTION count_deleted_commands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO command_counts AS counted (agent_id, state, count)
  SELECT agent_id, state, -count(*) FROM gone GROUP BY agent_id, state ORDER BY agent_id, state
  ON CONFLICT (agent_id, state) DO UPDATE SET count = counted.count + excluded.count;
  RETURN NULL;
END $$;

CREATE TRIGGER commands_made AFTER INSERT ON commands
  REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION count_made_commands();
CREATE TRIGGER commands_moved AFTER UPDATE ON commands
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION count_moved_commands();
CREATE TRIGGER commands_deleted AFTER DELETE ON commands
  REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_commands();

-- What an agent last said of itself. Not in its row, which it would make long.
CREATE TABLE agent_statuses (
  agent_id    text COLLATE "C" PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
  time        bigint NOT NULL,
  status_json text NOT NULL
) WITH (fillfactor = 70);

-- The ConfigRecord of storage/config_record.h.
CREATE TABLE agent_configs (
  agent_id          text COLLATE "C" PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
  version           bigint NOT NULL,
  update_time       bigint NOT NULL,
  delivered_version bigint NOT NULL,
  deliver_time      bigint,
  offered_version   bigint NOT NULL,
  offered_session   text COLLATE "C" NOT NULL,
  sync_id           text COLLATE "C" NOT NULL,
  prior_version     bigint NOT NULL,
  prior_time        bigint,
  config_json       text NOT NULL
) WITH (fillfactor = 70);

-- No reference to agents: events outlive their agent.
CREATE TABLE events (
  sequence     bigint PRIMARY KEY,
  agent_id     text COLLATE "C" NOT NULL,
  event_id     text COLLATE "C" NOT NULL,  -- the agent's own
  event_type   text COLLATE "C" NOT NULL,
  thread_id    text NOT NULL,
  receive_time bigint NOT NULL,
  channel      smallint NOT NULL CHECK (channel BETWEEN 1 AND 4),
  details_json text NOT NULL
);

CREATE UNIQUE INDEX events_by_id ON events (agent_id, event_id);
CREATE INDEX events_by_agent ON events (agent_id, sequence);
CREATE INDEX events_by_type ON events (event_type, sequence);
CREATE INDEX events_by_time ON events (receive_time);

-- The last sequence that an event was given. Whoever stores events holds this row
-- from before it looks until it has committed, so they become visible in the order
-- of their sequences: readers go on from the last one they saw, and a PostgreSQL
-- sequence, which is not waited for, would let an earlier one appear behind them.
CREATE TABLE event_counter (
  sequence bigint NOT NULL
) WITH (fillfactor = 10);

INSERT INTO event_counter (sequence) VALUES (0);

CREATE TABLE join_tokens (
  number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- in the order they were made
  join_token_id text COLLATE "C" NOT NULL UNIQUE,
  sha256        bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
  description   text NOT NULL,
  user_phone    text NOT NULL,        -- digits; '': any
  labels        jsonb NOT NULL,       -- object of strings
  max_uses      bigint NOT NULL,      -- 0: any number
  uses          bigint NOT NULL,
  create_time   bigint NOT NULL,
  expire_time   bigint NOT NULL,
  revoke_time   bigint
);

CREATE TABLE refusals (
  refusal_id   text COLLATE "C" PRIMARY KEY,
  create_time  bigint NOT NULL,
  last_time    bigint NOT NULL,
  count        bigint NOT NULL,
  reason       integer NOT NULL,          -- edgeplane.v1.Reason
  http_status  integer NOT NULL,
  agent_id     text COLLATE "C" NOT NULL, -- as claimed
  peer_address text NOT NULL,
  gateway_id   text COLLATE "C" NOT NULL,
  evidence     bytea NOT NULL             -- an edgeplane.v1.Refusal
);

CREATE INDEX refusals_by_time ON refusals (create_time, refusal_id);
CREATE INDEX refusals_by_agent ON refusals (agent_id, create_time, refusal_id);
-- Holds all that the counts by reason and the bound of a list need.
CREATE INDEX refusals_by_last_time ON refusals (last_time) INCLUDE (create_time, reason, count);

CREATE TABLE admin_tokens (
  name        text COLLATE "C" PRIMARY KEY,
  sha256      bytea NOT NULL CHECK (length(sha256) = 32),
  role        text NOT NULL,
  create_time bigint NOT NULL
);

CREATE TABLE facts (
  name  text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);

-- A row for each writer of each registry: the number of its last commit. When the
-- connection is lost during a commit, it says whether there was one.
CREATE TABLE writers (
  writer_id     text COLLATE "C" PRIMARY KEY,
  commit_number bigint NOT NULL,
  commit_time   bigint NOT NULL
) WITH (fillfactor = 10);
