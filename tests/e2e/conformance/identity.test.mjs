// The agent protocol, "Identity and credentials": each sentence a test.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from '../lib/agent.mjs';
import { Commands } from '../lib/commands.mjs';
import { hmacToken, randomSecret } from '../lib/credentials.mjs';
import { Poller, post } from '../lib/http.mjs';
import { createJoinToken, register } from '../lib/join.mjs';
import { rowById } from '../lib/ledger.mjs';
import { startServer } from '../lib/server.mjs';

const MINUTE = 60;
const HOUR = 3600;

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const token = (on, a, age) => on.secrecy.keep(hmacToken(a.secret, a.id, a.phone, age));

async function opens(on, a, bearer, options) {
  const agent = await Agent.open(on, a.id, bearer, options);
  await agent.ping();
  await agent.close(1000);
}

const reasonOf = async (on, refused) => (await rowById(on, refused.json.refusal_id)).reason;

describe('an agent', () => {
  for (const id of ['edge_15551234568', 'luna1', '0', 'A.b_c-9', `a${'b'.repeat(127)}`]) {
    test(`has an edge_agent_id such as ${id.slice(0, 20)} (${id.length} characters)`, async () => {
      const a = await server.createAgent(id);
      await opens(server, a, a.secret);
      assert.deepEqual((await new Poller(server, id, a.secret).sync()).commands, []);
    });
  }

  for (const id of ['_luna', '.luna', '-luna', 'lu na', 'lunä', `a${'b'.repeat(128)}`, 'a/b']) {
    test(`of another form (${id.slice(0, 10)}) has no name`, async () => {
      const refused = await refusalOf(server, id, randomSecret());
      assert.equal(refused.status, 400);
      assert.equal(await reasonOf(server, refused), 'AGENT_ID_MALFORMED');
    });
  }

  test('has its own secret: 32 random bytes as 64 hex digits', async () => {
    const a = await server.createAgent('own-secret');
    assert.match(a.secret, /^[0-9a-f]{64}$/);
  });

  for (const secret of ['sixteen chars ok', `~!@#$%^&*()_+{}|:"<>?${'x'.repeat(235)}`]) {
    test(`other strings of 16..256 printable characters are accepted at import: ${secret.length}`, async () => {
      const id = `imported-${secret.length}`;
      server.secrecy.keep(secret);
      await server.operator.call('ImportAgent', { agent_id: id, user_phone: '+1555', secret });
      await opens(server, { id }, secret);
      await opens(server, { id }, token(server, { id, secret, phone: '+1555' }));
    });
  }
});

describe('Authorization: Bearer X on the WebSocket upgrade and on every HTTP call', () => {
  for (const [kind, bearerOf] of [
    ['the raw secret', (a) => a.secret],
    ['an HMAC token', (a) => token(server, a)],
  ]) {
    test(`where X is ${kind}`, async () => {
      const a = await server.createAgent(`bearer-${kind.length}`);
      const bearer = bearerOf(a);
      await opens(server, a, bearer);
      const poller = new Poller(server, a.id, bearer);
      const sent = await new Commands(server).send(a.id, 'once');
      const [command] = await poller.take();
      assert.equal(command.command_id, sent.command_id);
      for (const where of ['/edge/command/ack', '/edge/ack_command']) {
        const answer = await poller.ack(command.command_id, true, {}, where);
        assert.deepEqual([answer.status, answer.json], [200, { acknowledged: true }]);
      }
    });
  }

  test('a secret that is another agent’s is no secret', async () => {
    const [a, b] = [await server.createAgent('mine'), await server.createAgent('yours')];
    const refused = await new Poller(server, a.id, b.secret).syncRaw();
    assert.equal(refused.status, 401);
    assert.equal(await reasonOf(server, refused), 'SECRET_MISMATCH');
  });
});

describe('a token', () => {
  for (const [what, age, reason] of [
    ['reused for 23 hours is good', 23 * HOUR, null],
    ['is good for 24 h', 24 * HOUR - MINUTE, null],
    ['is not good for longer', 24 * HOUR + MINUTE, 'TOKEN_EXPIRED'],
    ['may be at most 5 min from the future', -5 * MINUTE + 30, null],
    ['may not be further from the future', -6 * MINUTE, 'TOKEN_FROM_FUTURE'],
  ]) {
    test(what, async () => {
      const a = await server.createAgent(`token${age}`);
      const bearer = token(server, a, age);
      const poller = new Poller(server, a.id, bearer);
      if (reason === null) {
        await opens(server, a, bearer);
        await opens(server, a, bearer);
        await poller.sync();
      } else {
        assert.equal(await reasonOf(server, await refusalOf(server, a.id, bearer)), reason);
        assert.equal(await reasonOf(server, await poller.syncRaw()), reason);
      }
    });
  }

  test('token_max_age is a setting', async () => {
    const strict = await startServer(['--token-max-age', '1h']);
    try {
      const a = await strict.createAgent('strict');
      const refused = await refusalOf(strict, a.id, token(strict, a, 2 * HOUR));
      assert.equal(await reasonOf(strict, refused), 'TOKEN_EXPIRED');
    } finally {
      await strict.close();
    }
  });

  test('X-Edge-Timestamp and X-Edge-Protocol-Version: 1.0 may come along', async () => {
    const a = await server.createAgent('along');
    const headers = { 'X-Edge-Timestamp': '1700000000', 'X-Edge-Protocol-Version': '1.0' };
    await opens(server, a, token(server, a), { headers });
    await new Poller(server, a.id, a.secret, { headers }).sync();
  });
});

describe('X-Edge-Agent-Id repeats the id', () => {
  test('it may be absent', async () => {
    const a = await server.createAgent('absent');
    await opens(server, a, a.secret);
    const answer = await post(server, '/edge/sync', {
      bearer: a.secret,
      body: { edge_agent_id: a.id, last_command_id: null, pending_events: [], status: {} },
    });
    assert.equal(answer.status, 200);
  });

  test('and if present must agree', async () => {
    const a = await server.createAgent('agree');
    const headers = { 'X-Edge-Agent-Id': 'another' };
    const refused = await refusalOf(server, a.id, a.secret, { headers });
    assert.equal(await reasonOf(server, refused), 'AGENT_ID_CONFLICT');
    const over = await new Poller(server, a.id, a.secret, { headers }).syncRaw();
    assert.equal(over.status, 400);
    assert.equal(await reasonOf(server, over), 'AGENT_ID_CONFLICT');
  });
});

describe('an optional fleet secret', () => {
  let fleet;
  let folder;
  const secret = randomSecret();
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-fleet-'));
    const file = path.join(folder, 'fleet.secret');
    fs.writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    fleet = await startServer(['--fleet-secret-file', file]);
    fleet.secrecy.keep(secret);
  });
  after(async () => {
    await fleet?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const joined = async (on, phone) => {
    const { token: joinToken } = await createJoinToken(on);
    const answer = await register(on, { user_phone: phone, registration_token: joinToken });
    return { id: answer.json.edge_agent_id, phone, secret };
  };

  test('authenticates any registered agent that has no secret of its own yet', async () => {
    const a = await joined(fleet, '+15550001');
    await opens(fleet, a, secret);
    await opens(fleet, a, token(fleet, a));
    await new Poller(fleet, a.id, secret).sync();
  });

  test('authenticates none that has one', async () => {
    const a = await fleet.createAgent('has-one');
    const refused = await refusalOf(fleet, a.id, secret);
    assert.equal(await reasonOf(fleet, refused), 'SECRET_MISMATCH');
  });

  test('authenticates none that is not registered', async () => {
    const refused = await refusalOf(fleet, 'nobody', secret);
    assert.equal(await reasonOf(fleet, refused), 'AGENT_UNKNOWN');
  });

  test('what still uses it is counted, and listed', async () => {
    const a = await joined(fleet, '+15550002');
    const name = 'edgeplane_fleet_secret_admissions_total';
    const before = (await fleet.metrics()).sum(name);
    await opens(fleet, a, secret);
    assert.equal((await fleet.metrics()).sum(name), before + 1);
    await new Poller(fleet, a.id, secret).sync();
    assert.equal((await fleet.metrics()).sum(name), before + 2, 'over HTTP as well');
    const { agents } = await fleet.operator.call('ListAgents', { filter: { has_secret: false } });
    assert.ok(agents.some((agent) => agent.agent_id === a.id));
    assert.ok(agents.every((agent) => agent.secret_fingerprint === ''));
    const status = await fleet.operator.call('GetFleetStatus');
    assert.equal(status.agents_without_secret, String(agents.length));
  });

  test('is off unless set', async () => {
    const a = await joined(server, '+15550003');
    const refused = await refusalOf(server, a.id, server.secrecy.keep(secret));
    assert.equal(refused.status, 401);
    assert.equal(await reasonOf(server, refused), 'SECRET_MISMATCH');
  });
});

describe('secrets', () => {
  test('a short fingerprint stands for one wherever a person has to compare two', async () => {
    const a = await server.createAgent('compared');
    const refused = await refusalOf(server, a.id, randomSecret());
    const row = await rowById(server, refused.json.refusal_id);
    assert.match(row.presented.fingerprint, /^[0-9a-f]{8}$/);
    assert.equal(row.expected.fingerprint, a.agent.secret_fingerprint);
    assert.notEqual(row.presented.fingerprint, row.expected.fingerprint);
  });

  test('are stored sealed', async () => {
    const a = await server.createAgent('sealed');
    for (const name of fs.readdirSync(server.dataDir)) {
      const file = path.join(server.dataDir, name);
      if (!fs.statSync(file).isFile()) continue;
      assert.equal(fs.readFileSync(file).includes(a.secret), false, name);
    }
  });
});
