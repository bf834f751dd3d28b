// What the server has answered for survives kill -9.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { randomSecret } from './lib/credentials.mjs';
import { rowById } from './lib/ledger.mjs';
import { startServer } from './lib/server.mjs';
import { duration } from './lib/struct.mjs';

let server;
let commands;
before(async () => {
  server = await startServer();
  commands = new Commands(server);
});
after(() => server?.close());

const open = ({ id, secret }) => Agent.open(server, id, secret);
const getAgent = ({ id }) => server.operator.call('GetAgent', { agent_id: id });

// An agent with one command in each state a command can rest in.
async function oneOfEach(a) {
  const cancelled = await commands.send(a.id, 'cancelled');
  await commands.cancel(cancelled, 'e2e');
  const expired = await commands.send(a.id, 'expired', {}, { ttl: duration(1) });
  await commands.reaches(expired, 'EXPIRED');
  const inDoubt = await commands.send(a.id, 'in-doubt', {}, { max_deliveries: 1 });
  const first = await open(a);
  await first.nextCommand();
  await first.cut();
  await commands.reaches(inDoubt, 'IN_DOUBT');

  const agent = await open(a);
  const answered = [];
  for (const status of ['received', 'executing', 'completed', 'failed']) {
    const command = await commands.send(
      a.id,
      status,
      { nested: { n: [1, null, 'ü'] } },
      { idempotency_key: status },
    );
    await agent.nextCommand();
    agent.ack(command.command_id, status, status === 'failed' ? { error: 'because' } : {});
    answered.push(await commands.reaches(command, status.toUpperCase()));
  }
  const delivered = await commands.send(a.id, 'delivered', {}, { max_deliveries: 0 });
  await agent.nextCommand();
  await commands.reaches(delivered, 'DELIVERED');
  return { agent, delivered, resting: [cancelled, expired, inDoubt, ...answered] };
}

test('agents, commands in every state and refusals are the same after kill -9', async () => {
  const a = await server.createAgent('durable', {
    display_name: 'Dürable',
    labels: { k: 'v' },
    allowed_addresses: ['127.0.0.0/8'],
  });
  const away = await server.createAgent('durable-away');
  const off = await server.createAgent('durable-off');
  await server.operator.call('DisableAgent', { agent_id: off.id, reason: 'until tomorrow' });
  const queued = await commands.send(
    away.id,
    'queued',
    { n: 1 },
    { idempotency_key: 'once', priority: 'IMMEDIATE' },
  );
  const { delivered, resting } = await oneOfEach(a);
  const refused = await refusalOf(server, a.id, server.secrecy.keep(randomSecret()));
  const row = await rowById(server, refused.json.refusal_id);

  const kept = [...resting, queued];
  const commandsBefore = await Promise.all(kept.map((command) => commands.get(command)));
  const agentsBefore = await Promise.all([a, away, off].map(getAgent));
  const certificate = server.ca;
  const { adminToken } = server;
  await server.restart();

  assert.equal(server.adminToken, adminToken);
  assert.deepEqual(server.ca, certificate);
  assert.deepEqual(await Promise.all(kept.map((command) => commands.get(command))), commandsBefore);
  assert.deepEqual(
    await Promise.all([a, away, off].map(getAgent)),
    agentsBefore.map((agent) => ({ ...agent, session: null })),
  );
  assert.deepEqual(await rowById(server, row.refusal_id), row);

  // The key still names the command it named.
  const again = await commands.send(
    away.id,
    'queued',
    { n: 1 },
    { idempotency_key: 'once', priority: 'IMMEDIATE' },
  );
  assert.equal(again.command_id, queued.command_id);
  // What was queued before the kill is delivered after it ..
  const awayAgent = await open(away);
  assert.equal((await awayAgent.nextCommand()).command_id, queued.command_id);
  await awayAgent.close(1000);
  // .. and so is what was under way to a session that the kill has ended, once.
  const agent = await open(a);
  assert.equal((await agent.nextCommand()).command_id, delivered.command_id);
  agent.ack(delivered.command_id, 'completed');
  assert.equal((await commands.reaches(delivered, 'COMPLETED')).deliveries, 2);
  // A long job is finished by a session of the next life.
  const executing = commandsBefore.find((command) => command.state === 'EXECUTING');
  agent.ack(executing.command_id, 'completed');
  await commands.reaches(executing, 'COMPLETED');
  assert.equal((await refusalOf(server, off.id, off.secret)).status, 403);
  await agent.close(1000);
});

test('at most once holds across kill -9', async () => {
  const a = await server.createAgent('durable-once');
  const command = await commands.send(a.id, 'pay', {}, { max_deliveries: 1 });
  await (await open(a)).nextCommand();
  await commands.reaches(command, 'DELIVERED');
  await server.restart();
  assert.equal((await commands.reaches(command, 'IN_DOUBT')).deliveries, 1);
  const marker = await commands.send(a.id, 'marker');
  const agent = await open(a);
  assert.equal((await agent.nextCommand()).command_id, marker.command_id);
  await agent.close(1000);
});

test('what was answered just before the kill is there: no write is promised early', async () => {
  const a = await server.createAgent('durable-burst');
  for (let round = 0; round < 3; round++) {
    // The kill comes while writes are still being asked for.
    const promised = [];
    const asking = Array.from({ length: 200 }, (_, i) =>
      commands.send(a.id, `burst-${round}-${i}`).then(
        (command) => {
          promised.push(command);
          if (promised.length === 50) server.signal('SIGKILL');
        },
        () => {},
      ),
    ); // the kill cut these off, and nothing was promised
    await Promise.all(asking);
    await server.restart();
    assert.ok(promised.length >= 50);
    const kept = new Set(
      (await commands.list({ agent_id: a.id })).map((command) => command.command_id),
    );
    for (const command of promised)
      assert.ok(kept.has(command.command_id), `${command.type} was promised and is lost`);
  }
});

test('only the owner may read what holds secrets', () => {
  for (const name of ['admin.token', 'master.key', 'tls/key.pem']) {
    assert.equal(fs.statSync(`${server.dataDir}/${name}`).mode & 0o077, 0, name);
  }
  for (const name of fs.readdirSync(server.dataDir)) {
    if (/\.(db|sqlite)/.test(name))
      assert.equal(fs.statSync(`${server.dataDir}/${name}`).mode & 0o077, 0, name);
  }
});

test('no secret lies in the data directory in the clear', async () => {
  const { secret } = await server.createAgent('durable-sealed');
  for (const name of fs.readdirSync(server.dataDir, { recursive: true })) {
    const file = `${server.dataDir}/${name}`;
    if (fs.statSync(file).isFile()) assert.ok(!fs.readFileSync(file).includes(secret), name);
  }
});
