// The agent protocol, "WebSocket: GET /edge/ws", the table of messages and what
// is said of them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from '../lib/agent.mjs';
import { Commands } from '../lib/commands.mjs';
import { RFC3339_UTC, UUID_V7 } from '../lib/formats.mjs';
import { fromStruct, millisOf, toStruct } from '../lib/struct.mjs';
import { startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

let server;
let commands;
before(async () => {
  server = await startServer();
  commands = new Commands(server);
});
after(() => server?.close());

let count = 0;
async function connected(more) {
  const a = await server.createAgent(`m${++count}`);
  return { ...a, agent: await Agent.open(server, a.id, a.secret, more) };
}
const eventsOf = async (id) =>
  (await server.operator.call('ListEvents', { filter: { agent_id: id } })).events;
const getAgent = (id) => server.operator.call('GetAgent', { agent_id: id });
const setConfig = (id, config, more = {}) =>
  server.operator.call('SetDesiredConfig', { agent_id: id, config: toStruct(config), ...more });

describe('to agent', () => {
  test('command: everything of a command sits inside data; priority and timestamp as named', async () => {
    const { id, agent } = await connected();
    const sent = await commands.send(id, 'restart', { a: { b: [1, null, 'x'] } });
    const message = await agent.next();
    assert.deepEqual(Object.keys(message).sort(), ['data', 'type']);
    const { timestamp, ...data } = message.data;
    assert.deepEqual(data, {
      command_id: sent.command_id,
      command_type: 'restart',
      payload: { a: { b: [1, null, 'x'] } },
      priority: 'normal',
    });
    assert.match(timestamp, RFC3339_UTC);
    assert.ok(Math.abs(Date.parse(timestamp) - millisOf(sent.create_time)) < 1000);
    await agent.close(1000);
  });

  test('command_id is an RFC 9562 UUID (use v7)', async () => {
    const { id, agent } = await connected();
    assert.match((await commands.send(id, 'x')).command_id, UUID_V7);
    await agent.close(1000);
  });

  test('priority immediate', async () => {
    const { id, agent } = await connected();
    await commands.send(id, 'now', {}, { priority: 'IMMEDIATE' });
    assert.equal((await agent.nextCommand()).priority, 'immediate');
    await agent.close(1000);
  });

  test('config_update (never acknowledged), once per change', async () => {
    const { id, agent } = await connected();
    await setConfig(id, { interval: 30 });
    assert.deepEqual(await agent.next(), { type: 'config_update', data: { interval: 30 } });
    await until('it is delivered', async () => (await getAgent(id)).delivered_config_version === '1');
    await setConfig(id, { interval: 30 }); // no change
    await agent.ping();
    await agent.close(1000);
  });

  test('a config set while the agent is away comes at connect, and not at the next', async () => {
    const a = await server.createAgent('config-away');
    await setConfig(a.id, { v: 1 });
    await setConfig(a.id, { v: 2 });
    const first = await Agent.open(server, a.id, a.secret);
    assert.deepEqual(await first.next(), { type: 'config_update', data: { v: 2 } });
    await until('it is delivered', async () => (await getAgent(a.id)).delivered_config_version === '2');
    await first.close(1000);
    const second = await Agent.open(server, a.id, a.secret);
    for (let i = 0; i < 3; i++) await second.ping();
    await second.close(1000);
  });

  test('nothing else is sent unasked: no welcome message by default', async () => {
    const { agent } = await connected();
    for (let i = 0; i < 3; i++) await agent.ping();
    await agent.close(1000);
  });
});

describe('from agent', () => {
  test('ping: answer with a JSON pong at once', async () => {
    const { agent } = await connected();
    agent.send('{"type":"ping"}');
    assert.deepEqual(await agent.next(), { type: 'pong' });
    await agent.close(1000);
  });

  for (const [status, state] of [
    ['received', 'RECEIVED'],
    ['executing', 'EXECUTING'],
    ['pending', 'RECEIVED'],
    ['completed', 'COMPLETED'],
    ['failed', 'FAILED'],
  ]) {
    test(`command_ack with status ${status}`, async () => {
      const { id, agent } = await connected();
      const sent = await commands.send(id, status);
      await agent.nextCommand();
      agent.ack(sent.command_id, status, {
        completed_at: new Date().toISOString(),
        ...(status === 'failed' && { error: 'no disk' }),
      });
      const now = await commands.reaches(sent, state);
      assert.equal(now.error, status === 'failed' ? 'no disk' : '');
      await agent.close(1000);
    });
  }

  test('command_ack, older form: success and error', async () => {
    const { id, agent } = await connected();
    const [one, two] = [await commands.send(id, 'one'), await commands.send(id, 'two')];
    await agent.nextCommand();
    await agent.nextCommand();
    agent.ackOldForm(one.command_id, true);
    agent.ackOldForm(two.command_id, false, 'broken');
    await commands.reaches(one, 'COMPLETED');
    assert.equal((await commands.reaches(two, 'FAILED')).error, 'broken');
    await agent.close(1000);
  });

  test('status: the last one shows', async () => {
    const { id, agent } = await connected();
    agent.send({ type: 'status', data: { scheduled_messages: 1 } });
    const last = { scheduled_messages: 2, uptime_seconds: 3.5, memory_usage_mb: 12, other: 'x' };
    agent.send({ type: 'status', data: last });
    const { status } = await until('the status shows', async () => {
      const now = await getAgent(id);
      return now.status && fromStruct(now.status.fields).scheduled_messages === 2 && now;
    });
    assert.deepEqual(fromStruct(status.fields), last);
    await agent.close(1000);
  });

  test('event, answered with event_ack once it is stored', async () => {
    const { id, agent } = await connected();
    const data = {
      event_id: 'e-1',
      event_type: 'door.opened',
      thread_id: 't-1',
      details: { door: 3 },
    };
    agent.send({ type: 'event', data });
    assert.deepEqual(await agent.next(), { type: 'event_ack', data: { event_id: 'e-1' } });
    const [event] = await eventsOf(id);
    assert.deepEqual(
      [event.event_id, event.event_type, event.thread_id, fromStruct(event.details), event.channel],
      ['e-1', 'door.opened', 't-1', { door: 3 }, 'WEBSOCKET'],
    );
    await agent.close(1000);
  });

  test('event without a thread_id; the same event id again is acknowledged again and stored once', async () => {
    const { id, agent } = await connected();
    for (let i = 0; i < 3; i++) {
      agent.send({ type: 'event', data: { event_id: 'twice', event_type: 't', details: {} } });
      assert.deepEqual(await agent.next(), { type: 'event_ack', data: { event_id: 'twice' } });
    }
    assert.equal((await eventsOf(id)).length, 1);
    await agent.close(1000);
  });

  test('an event that was acknowledged survives kill -9', async () => {
    const own = await startServer();
    try {
      const a = await own.createAgent('survivor');
      const agent = await Agent.open(own, a.id, a.secret);
      agent.send({ type: 'event', data: { event_id: 'e', event_type: 't', details: { n: 1 } } });
      assert.deepEqual(await agent.next(), { type: 'event_ack', data: { event_id: 'e' } });
      await own.restart();
      const { events } = await own.operator.call('ListEvents', { filter: { agent_id: a.id } });
      assert.deepEqual(events.map((event) => event.event_id), ['e']);
    } finally {
      await own.close();
    }
  });
});

describe('acknowledgements', () => {
  test('received, executing, pending are progress, not final', async () => {
    const { id, agent } = await connected();
    const sent = await commands.send(id, 'slow');
    await agent.nextCommand();
    for (const status of ['received', 'executing', 'pending']) agent.ack(sent.command_id, status);
    const now = await commands.when(sent, 'has them all', (c) => c.history.length === 5);
    assert.equal(now.state, 'EXECUTING');
    await agent.close(1000);
  });

  test('some agents send completed twice: the second changes nothing but is kept in the history', async () => {
    const { id, agent } = await connected();
    const sent = await commands.send(id, 'twice');
    await agent.nextCommand();
    agent.ack(sent.command_id, 'completed');
    agent.ack(sent.command_id, 'completed');
    const now = await commands.when(sent, 'has both', (c) => c.history.length === 4);
    assert.equal(now.state, 'COMPLETED');
    assert.deepEqual(
      now.history.map((step) => step.state),
      ['QUEUED', 'DELIVERED', 'COMPLETED', 'COMPLETED'],
    );
    await agent.close(1000);
  });

  for (const [what, message, type] of [
    ['an unknown command', { type: 'command_ack', data: { command_id: '0190a1b2-0000-7000-8000-000000000000', status: 'completed' } }, 'command_ack'],
    ['an unknown type', { type: 'what' }, 'unknown'],
    ['malformed JSON', '{"type":', 'malformed'],
    ['an event without an id', { type: 'event', data: { event_type: 't', details: {} } }, 'malformed'],
  ]) {
    test(`an ack for ${what} is counted and logged; it does not close the connection`, async () => {
      const { agent } = await connected();
      const name = 'edgeplane_messages_received_total';
      const before = (await server.metrics()).value(name, { type });
      agent.send(message);
      await agent.ping();
      assert.equal((await server.metrics()).value(name, { type }), before + 1);
      await agent.close(1000);
    });
  }

  test('an ack for a foreign command changes nothing', async () => {
    const [one, two] = [await connected(), await connected()];
    const sent = await commands.send(one.id, 'mine');
    await one.agent.nextCommand();
    two.agent.ack(sent.command_id, 'failed', { error: 'no' });
    await server.metricReaches('edgeplane_acks_rejected_total', { verdict: 'unknown' }, 1);
    assert.equal((await commands.get(sent)).state, 'DELIVERED');
    one.agent.ack(sent.command_id, 'completed');
    await commands.reaches(sent, 'COMPLETED');
    for (const { agent } of [one, two]) await agent.close(1000);
  });
});
