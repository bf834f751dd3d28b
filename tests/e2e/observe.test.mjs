// What is seen from outside: metrics, health, and one log line for each event.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { randomSecret } from './lib/credentials.mjs';
import { get } from './lib/metrics.mjs';
import { run } from './lib/process.mjs';
import { RawPeer, exchange } from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

// One session that did something of everything, so that every child exists.
async function busySession(id) {
  const { secret } = await server.createAgent(id);
  const agent = await Agent.open(server, id, secret);
  const commands = new Commands(server);
  const command = await commands.send(id, 'measured');
  await agent.nextCommand();
  agent.ack(command.command_id, 'completed');
  await commands.reaches(command, 'COMPLETED');
  await agent.ping();
  const refused = await refusalOf(server, id, server.secrecy.keep(randomSecret()));
  await agent.close(1000);
  return { command, refused };
}

describe('metrics', () => {
  test('names, types and labels are those of the golden list', async () => {
    await busySession('golden');
    const golden = fs
      .readFileSync(new URL('metrics.golden', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    assert.deepEqual((await server.metrics()).shape(), golden.sort());
  });

  test('docs/metrics.md has every family, and says of it what the page says', async () => {
    await busySession('documented');
    const metrics = await server.metrics();
    const rows = metrics.shape().map((line) => {
      const [name, type, ...labels] = line.split(' ');
      const named = labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${named} | ${metrics.help.get(name)} |`;
    });
    const page = fs.readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const documented = page.split('\n').filter((line) => line.startsWith('| `edgeplane_'));
    const process = page.split('\n').filter((line) => line.startsWith('| `process_'));
    assert.deepEqual([...documented, ...process].sort(), rows.sort());
  });

  test('the page is the text format, and promtool has nothing against it', async (t) => {
    const page = await get(server.metricsAddress, '/metrics');
    assert.match(page.headers['content-type'], /^text\/plain; version=0\.0\.4/);
    const checked = await run('promtool', ['check', 'metrics'], { input: page.body }).catch(
      (error) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      },
    );
    if (checked === null) return t.skip('promtool is not installed');
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  });

  test('a session moves what it must move', async () => {
    const before = await server.metrics();
    await busySession('moves');
    await server.metricReaches(
      'edgeplane_connections_closed_total',
      { reason: 'PEER_CLOSED' },
      before.value('edgeplane_connections_closed_total', { reason: 'PEER_CLOSED' }) + 1,
    );
    const now = await server.metrics();
    const moved = (name, labels) => now.value(name, labels) - before.value(name, labels);
    assert.equal(moved('edgeplane_connections_opened_total'), 1);
    assert.equal(moved('edgeplane_connection_duration_seconds_count'), 1);
    assert.equal(moved('edgeplane_admission_duration_seconds_count'), 2);
    assert.equal(moved('edgeplane_messages_received_total', { type: 'ping' }), 1);
    assert.equal(moved('edgeplane_messages_received_total', { type: 'command_ack' }), 1);
    assert.equal(
      moved('edgeplane_refusals_total', { stage: 'admission', reason: 'SECRET_MISMATCH' }),
      1,
    );
    assert.equal(moved('edgeplane_command_delivery_seconds_count'), 1);
    assert.equal(moved('edgeplane_command_ack_seconds_count'), 1);
    for (const state of ['QUEUED', 'DELIVERED', 'COMPLETED']) {
      assert.equal(moved('edgeplane_commands_total', { state }), 1, state);
    }
    assert.ok(moved('edgeplane_store_commit_seconds_count') >= 4);
    assert.equal(now.value('edgeplane_link_up'), 1);
    assert.equal(now.value('edgeplane_connections'), 0);
  });

  test('the depth of the queue is that of the queue', async () => {
    const commands = new Commands(server);
    const { id } = await server.createAgent('deep');
    const before = (await server.metrics()).value('edgeplane_command_queue_depth');
    for (const type of ['a', 'b', 'c']) await commands.send(id, type);
    await until(
      'it is three more',
      async () => (await server.metrics()).value('edgeplane_command_queue_depth') === before + 3,
    );
  });

  test('no agent is named in a label', async () => {
    await busySession('unnamed-agent');
    const { samples } = await server.metrics();
    for (const { labels } of samples) assert.ok(!JSON.stringify(labels).includes('unnamed-agent'));
  });

  test('a scraper that says half a sentence holds up nobody', async () => {
    const slow = [];
    for (let i = 0; i < 40; i++) {
      slow.push(await RawPeer.connect(server.metricsAddress));
      slow.at(-1).write('GET /metrics HTTP/1.1\r\n');
    }
    await server.metrics();
    for (const peer of slow) peer.destroy();
  });
});

describe('health', () => {
  test('/healthz and /readyz answer 200 while it serves', async () => {
    for (const path of ['/healthz', '/readyz']) {
      assert.equal((await get(server.metricsAddress, path)).status, 200, path);
    }
    assert.equal((await get(server.metricsAddress, '/nope')).status, 404);
  });

  test('GET /health on the agents’ ports is exactly what agents expect', async () => {
    for (const overTls of [true, false]) {
      const answer = await exchange(server, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n', {
        overTls,
      });
      assert.equal(answer.status, 200);
      assert.match(answer.headers['content-type'], /^application\/json/);
      const body = JSON.parse(answer.body);
      assert.deepEqual(Object.keys(body), ['status', 'version']);
      assert.equal(body.status, 'healthy');
      assert.match(body.version, /^\d+\.\d+\.\d+/);
      assert.equal(body.version, (await server.operator.call('GetFleetStatus')).version);
    }
  });

  test('/health is kept alive, and takes an Authorization without asking for one', async () => {
    const peer = await RawPeer.connect(server.plain);
    for (const more of ['', 'Authorization: Bearer whatever-it-is\r\n']) {
      peer.write(`GET /health HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`);
      assert.equal((await peer.answer()).status, 200);
    }
    peer.destroy();
  });

  test('the gRPC health service says SERVING', async () => {
    // grpc.health.v1.HealthCheckResponse{status: SERVING}
    assert.deepEqual(
      await server.operator.callRaw('/grpc.health.v1.Health/Check', Buffer.alloc(0), {
        token: null,
      }),
      Buffer.from([8, 1]),
    );
    const services = await server.operator.services();
    for (const name of ['edgeplane.v1.AdminService', 'grpc.health.v1.Health'])
      assert.ok(services.includes(name), name);
  });
});

describe('the log', () => {
  test('tells a session from its first request to its end', async () => {
    const { secret } = await server.createAgent('logged');
    const agent = await Agent.open(server, 'logged', secret);
    await server.logged(/ upgrade requested .*\blogged\b/);
    const connected = await server.logged(/ agent connected .*\blogged\b/);
    assert.match(connected, /\bconnections=1\b/);
    await agent.close(1000);
    const ended = await server.logged(/ agent disconnected .*\blogged\b/);
    assert.match(ended, /\breason=PEER_CLOSED\b/);
    assert.match(ended, /\bduration\w*=[\d.]+/);
    const times = server.logLines
      .filter((line) => /\blogged\b/.test(line))
      .map((line) => line.split(' ')[0]);
    for (const time of times) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    assert.deepEqual(times, [...times].sort());
  });

  test('tells a refusal with its reason and its id', async () => {
    const refused = await refusalOf(server, 'logged-nobody', server.secrecy.keep(randomSecret()));
    const line = await server.logged(/ agent refused .*\blogged-nobody\b/);
    assert.match(line, /\breason=AGENT_UNKNOWN\b/);
    assert.ok(line.includes(refused.json.refusal_id));
  });

  test('is one JSON object a line with --log-format json', async () => {
    const json = await startServer(['--log-format', 'json', '--log-level', 'debug']);
    try {
      const { secret } = await json.createAgent('as-json');
      const agent = await Agent.open(json, 'as-json', secret);
      await refusalOf(json, 'as-json', json.secrecy.keep(randomSecret()));
      await refusalOf(json, 'quote"\\and\ttab', json.secrecy.keep(randomSecret()));
      await agent.close(1000);
      await json.logged(/"agent disconnected"/);
      await json.terminate();
      const events = json.logLines.map((line) => JSON.parse(line));
      for (const event of events) {
        assert.match(event.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        assert.ok(['debug', 'info', 'warning', 'error'].includes(event.level));
      }
      const of = (name) => events.filter((event) => event.event === name);
      assert.equal(of('agent connected')[0].connections, 1);
      assert.equal(of('agent refused').length, 2);
      for (const event of of('agent refused')) assert.match(JSON.stringify(event), UUID);
      assert.equal(of('agent disconnected')[0].reason, 'PEER_CLOSED');
    } finally {
      await json.close();
    }
  });
});
