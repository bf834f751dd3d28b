// The agent protocol, "HTTP": POST /edge/sync, the acknowledgements, GET /health
// and GET /edge/agents/ID.
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from '../lib/agent.mjs';
import { Commands } from '../lib/commands.mjs';
import { hmacToken, randomSecret } from '../lib/credentials.mjs';
import { Poller, call, post } from '../lib/http.mjs';
import { rowById } from '../lib/ledger.mjs';
import { startServer } from '../lib/server.mjs';
import { fromStruct, toStruct } from '../lib/struct.mjs';
import { until } from '../lib/wait.mjs';

let server;
let commands;
before(async () => {
  server = await startServer(['--messages-per-minute', '10000']);
  commands = new Commands(server);
});
after(() => server?.close());

let count = 0;
async function newAgent() {
  const a = await server.createAgent(`s${++count}`);
  return { ...a, poller: new Poller(server, a.id, a.secret) };
}
const getAgent = (id) => server.operator.call('GetAgent', { agent_id: id });
const eventsOf = async (id) =>
  (await server.operator.call('ListEvents', { filter: { agent_id: id } })).events;
const event = (id, more = {}) => ({ event_id: id, event_type: 't', details: {}, ...more });

describe('POST /edge/sync', () => {
  test('200 commands as in the WebSocket’s data, ack_events, and no config_updates without a change', async () => {
    const a = await newAgent();
    const sent = await commands.send(a.id, 'restart', { deep: { list: [1, null] } });
    const answer = await a.poller.sync();
    assert.deepEqual(Object.keys(answer).sort(), ['ack_events', 'commands']);
    assert.deepEqual(answer.ack_events, []);
    const [{ timestamp, ...data }] = answer.commands;
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.deepEqual(data, {
      command_id: sent.command_id,
      command_type: 'restart',
      payload: { deep: { list: [1, null] } },
      priority: 'normal',
    });
    assert.deepEqual((await commands.get(sent)).state, 'DELIVERED');
  });

  test('ack_events names only events that are durably stored', async () => {
    const a = await newAgent();
    const pending = [
      event('one', { thread_id: 'th', details: { n: 1 } }),
      event('two'),
      { event_type: 'no id', details: {} },
      event('no object', { details: 'text' }),
    ];
    const { ack_events: acked } = await a.poller.sync({ pending_events: pending });
    assert.deepEqual(acked, ['one', 'two']);
    const stored = await eventsOf(a.id);
    assert.deepEqual(stored.map((e) => [e.event_id, e.channel]), [
      ['two', 'HTTP'],
      ['one', 'HTTP'],
    ]);
    assert.deepEqual(fromStruct(stored[1].details), { n: 1 });
    assert.equal(stored[1].thread_id, 'th');
  });

  test('the same event id again is acknowledged again and stored once', async () => {
    const a = await newAgent();
    for (let i = 0; i < 3; i++) {
      const { ack_events: acked } = await a.poller.sync({ pending_events: [event('e')] });
      assert.deepEqual(acked, ['e']);
    }
    assert.equal((await eventsOf(a.id)).length, 1);
  });

  test('the same event id over both channels is one event', async () => {
    const a = await newAgent();
    const agent = await Agent.open(server, a.id, a.secret);
    agent.send({ type: 'event', data: event('both') });
    assert.equal((await agent.next()).type, 'event_ack');
    await a.poller.sync({ pending_events: [event('both')] });
    assert.equal((await eventsOf(a.id)).length, 1);
    await agent.close(1000);
  });

  test('status: the last one shows, and when the agent was there', async () => {
    const a = await newAgent();
    const status = { scheduled_messages: 3, active_rules: 4, uptime_seconds: 5 };
    await a.poller.sync({ status });
    const now = await getAgent(a.id);
    assert.deepEqual(fromStruct(now.status.fields), status);
    assert.ok(now.last_sync_time);
  });

  test('config_updates goes out once per change, whichever channel comes first', async () => {
    const a = await newAgent();
    const set = (config) =>
      server.operator.call('SetDesiredConfig', { agent_id: a.id, config: toStruct(config) });
    await set({ v: 1 });
    // An agent that applies one syncs again immediately: it must not spin.
    const first = await a.poller.sync();
    assert.deepEqual(first.config_updates, { v: 1 });
    for (let i = 0; i < 20; i++) assert.equal('config_updates' in (await a.poller.sync()), false);
    const agent = await Agent.open(server, a.id, a.secret);
    await agent.ping(); // nothing came before the pong
    await set({ v: 2 });
    assert.deepEqual(await agent.next(), { type: 'config_update', data: { v: 2 } });
    assert.equal('config_updates' in (await a.poller.sync()), false);
    await agent.close(1000);
  });

  for (const [what, body] of [
    ['null members', { last_command_id: null, pending_events: null, status: null }],
    ['members missing', { last_command_id: undefined, pending_events: undefined, status: undefined }],
    ['members nobody knows', { version: '1', nested: { a: [] } }],
  ]) {
    test(`is lenient in what agents send: ${what}`, async () => {
      const a = await newAgent();
      assert.deepEqual(await a.poller.sync(body), { commands: [], ack_events: [] });
    });
  }

  test('keep-alive', async () => {
    const a = await newAgent();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const poller = new Poller(server, a.id, a.secret, { agent });
    const ports = new Set();
    for (let i = 0; i < 5; i++) {
      const answer = await poller.syncRaw();
      assert.deepEqual([answer.status, answer.headers.connection], [200, 'keep-alive']);
      ports.add(Object.values(agent.freeSockets)[0]?.[0]?.localPort);
    }
    assert.equal(ports.size, 1);
    agent.destroy();
  });

  test('a disabled agent is refused as at the WebSocket', async () => {
    const a = await newAgent();
    await server.operator.call('DisableAgent', { agent_id: a.id });
    const answer = await a.poller.syncRaw();
    assert.equal(answer.status, 403);
    assert.equal((await rowById(server, answer.json.refusal_id)).reason, 'AGENT_DISABLED');
  });
});

describe('POST /edge/command/ack and POST /edge/ack_command', () => {
  for (const where of ['/edge/command/ack', '/edge/ack_command']) {
    test(`${where}: 200 acknowledged true, with a result`, async () => {
      const a = await newAgent();
      const sent = await commands.send(a.id, 'x');
      await a.poller.sync();
      const answer = await a.poller.ack(sent.command_id, true, { result: { lines: 3 } }, where);
      assert.deepEqual([answer.status, answer.json], [200, { acknowledged: true }]);
      const now = await commands.get(sent);
      assert.equal(now.state, 'COMPLETED');
      assert.deepEqual(fromStruct(now.result), { lines: 3 });
    });
  }

  test('success false with an error', async () => {
    const a = await newAgent();
    const sent = await commands.send(a.id, 'x');
    await a.poller.sync();
    await a.poller.ack(sent.command_id, false, { error: 'no disk', timestamp: undefined });
    const now = await commands.get(sent);
    assert.deepEqual([now.state, now.error], ['FAILED', 'no disk']);
  });

  test('no agent id: it is the bearer’s', async () => {
    const a = await newAgent();
    const sent = await commands.send(a.id, 'x');
    await a.poller.sync();
    const bearer = server.secrecy.keep(hmacToken(a.secret, a.id, a.phone));
    const body = { command_id: sent.command_id, success: true, error: null };
    const answer = await post(server, '/edge/command/ack', { bearer, body });
    assert.deepEqual([answer.status, answer.json], [200, { acknowledged: true }]);
    assert.equal((await commands.get(sent)).state, 'COMPLETED');
  });

  test('a raw bearer without X-Edge-Agent-Id is resolved by the command’s owner', async () => {
    const [a, b] = [await newAgent(), await newAgent()];
    const sent = await commands.send(a.id, 'x');
    await a.poller.sync();
    const body = { command_id: sent.command_id, success: true, error: null };
    const foreign = await post(server, '/edge/command/ack', { bearer: b.secret, body });
    assert.equal(foreign.status, 401);
    const own = await post(server, '/edge/command/ack', { bearer: a.secret, body });
    assert.deepEqual([own.status, own.json], [200, { acknowledged: true }]);
    assert.equal((await commands.get(sent)).state, 'COMPLETED');
  });

  test('one whose answer was lost, sent again, is in the history once', async () => {
    const a = await newAgent();
    const sent = await commands.send(a.id, 'x');
    await a.poller.sync();
    const timestamp = new Date().toISOString();
    for (let i = 0; i < 3; i++) {
      const answer = await a.poller.ack(sent.command_id, true, { timestamp });
      assert.deepEqual(answer.json, { acknowledged: true });
    }
    assert.equal((await commands.get(sent)).history.length, 3);
  });

  test('of an unknown or a foreign command: an error with a machine word and a sentence', async () => {
    const [a, b] = [await newAgent(), await newAgent()];
    const sent = await commands.send(a.id, 'x');
    await a.poller.sync();
    for (const id of [sent.command_id, '0190a1b2-0000-7000-8000-000000000000']) {
      const answer = await b.poller.ack(id, true);
      assert.equal(answer.status, 404);
      assert.match(answer.json.error, /^[a-z_]+$/);
      assert.equal(typeof answer.json.message, 'string');
    }
    assert.equal((await commands.get(sent)).state, 'DELIVERED');
  });
});

describe('GET /health', () => {
  test('Authorization optional: exactly 200 status healthy, version', async () => {
    for (const bearer of [undefined, randomSecret()]) {
      const answer = await call(server, 'GET', '/health', { bearer });
      const { status, version, ...rest } = answer.json;
      assert.deepEqual([answer.status, status, rest], [200, 'healthy', {}]);
      assert.match(version, /^\d+\.\d+\.\d+/);
    }
  });
});

describe('GET /edge/agents/ID', () => {
  const ask = (id, bearer = server.adminToken) =>
    call(server, 'GET', `/edge/agents/${encodeURIComponent(id)}`, { bearer });

  test('an admin token: the agent, whether it is connected, since when, its last refusal in words, its queue', async () => {
    const a = await newAgent();
    await refusalOf(server, a.id, randomSecret());
    const agent = await Agent.open(server, a.id, a.secret);
    await commands.send(a.id, 'in flight');
    await agent.nextCommand();
    const { session } = await until('it has a session', async () => {
      const now = await getAgent(a.id);
      return now.session && now;
    });
    const answer = await until('the ledger has the refusal', async () => {
      const described = await ask(a.id);
      return described.json.last_refusal && described;
    });
    assert.equal(answer.status, 200);
    const body = answer.json;
    assert.equal(body.edge_agent_id, a.id);
    assert.equal(body.connected, true);
    assert.ok(Math.abs(Date.parse(body.connected_since) - Number(session.open_time.seconds) * 1000) < 2000);
    assert.equal(body.last_refusal.reason, 'SECRET_MISMATCH');
    assert.match(body.last_refusal.message, /secret/);
    assert.deepEqual(body.queue, { queued: 0, in_flight: 1 });
    server.secrecy.check('the description of an agent', answer.body);
    await agent.close(1000);
  });

  test('of one that is not connected', async () => {
    const a = await newAgent();
    await commands.send(a.id, 'waits');
    const body = (await ask(a.id)).json;
    assert.deepEqual([body.connected, body.queue], [false, { queued: 1, in_flight: 0 }]);
  });

  test('404', async () => {
    const answer = await ask('nobody');
    assert.equal(answer.status, 404);
    assert.match(answer.json.error, /^[a-z_]+$/);
  });

  test('an agent’s own secret is no admin token', async () => {
    const a = await newAgent();
    const answer = await ask(a.id, a.secret);
    assert.equal(answer.status, 401);
    const row = await rowById(server, answer.json.refusal_id);
    assert.equal(row.reason, 'OPERATOR_TOKEN_UNKNOWN');
  });
});
