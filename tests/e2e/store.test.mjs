// An installation moves from SQLite to PostgreSQL and back, as docs/operating.md says,
// and its agents and operators find everything there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { PostgresCluster } from './lib/postgres.mjs';
import { run } from './lib/process.mjs';
import { BINARY, Server, cleanEnvironment, startGateway, startOnSqlite } from './lib/server.mjs';
import { store, storeJson } from './lib/store.mjs';

let database;
let server;
before(async () => {
  database = await PostgresCluster.start({ settings: { fsync: 'off' } });
  server = await startOnSqlite();
});
after(async () => {
  await server?.close();
  await database?.close();
});

// A process on the state of `from`, with its keys in a data directory of its own.
function successor(from, command, flags) {
  const next = new Server(flags, {}, command);
  next.secrecy = from.secrecy;
  fs.mkdirSync(next.dataDir, { mode: 0o700 });
  for (const file of ['master.key', 'admin.token']) {
    fs.copyFileSync(path.join(from.dataDir, file), path.join(next.dataDir, file));
  }
  return next;
}

// What an export holds as base64, end to end.
function bytesIn(text) {
  const values = text.match(/"[A-Za-z0-9+/]{8,}={0,2}"/g).map((quoted) => quoted.slice(1, -1));
  assert.ok(values.length > 0);
  return values.map((value) => Buffer.from(value, 'base64').toString('latin1')).join('\n');
}

test('agents and commands move to PostgreSQL and back', async (t) => {
  const a = await server.createAgent('moving', { labels: { site: 'nørth' } });
  const agent = await Agent.open(server, a.id, a.secret);
  const commands = new Commands(server);
  const done = await commands.send(a.id, 'done', { n: 1 }, { idempotency_key: 'once' });
  await agent.nextCommand();
  agent.ack(done.command_id, 'completed');
  await commands.reaches(done, 'COMPLETED');
  const sent = await commands.send(a.id, 'unanswered');
  await agent.nextCommand();
  await commands.reaches(sent, 'DELIVERED');

  // Under way: the server runs, and the agent is connected.
  const first = path.join(server.home, 'first.jsonl');
  const out = await storeJson(server.home, ['export', '--data-dir', server.dataDir, '--output', first]);
  assert.equal(out.rows.agents, 1);
  assert.equal(out.rows.commands, 2);
  assert.equal(out.rows.sessions, 1);
  assert.equal(fs.statSync(first).mode & 0o777, 0o600);
  const text = fs.readFileSync(first, 'utf8');
  server.secrecy.check('an export', text);
  server.secrecy.check('the bytes in an export', bytesIn(text));
  await agent.close();

  const where = await database.newDatabase();
  const into = ['import', '--database', where, '--input', first];
  const taken = await storeJson(server.home, into);
  assert.deepEqual({ ...taken.rows, sessions: 1 }, out.rows);
  assert.equal(taken.sessions_ended, 1);
  const again = await store(server.home, into);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /not empty/);

  const registry = successor(server, 'registry', ['--database', where]);
  t.after(() => registry.close());
  await registry.start();
  const gateway = await startGateway(registry);
  t.after(() => gateway.close());
  const there = await Agent.open(gateway, a.id, a.secret);
  const delivered = await there.nextCommand();
  assert.equal(delivered.command_id, sent.command_id);
  there.ack(sent.command_id, 'completed');
  const moved = new Commands(registry);
  await moved.reaches(sent, 'COMPLETED');
  const known = await moved.send(a.id, 'done', { n: 1 }, { idempotency_key: 'once' });
  assert.equal(known.command_id, done.command_id);
  await there.close();

  const second = path.join(server.home, 'second.jsonl');
  await storeJson(server.home, ['export', '--database', where, '--output', second]);
  const back = successor(server, 'serve', []);
  t.after(() => back.close());
  await storeJson(server.home, ['import', '--data-dir', back.dataDir, '--input', second]);
  await back.start();
  const home = await Agent.open(back, a.id, a.secret);
  const all = await new Commands(back).list({ agent_id: a.id });
  assert.deepEqual(
    all.map(({ command_id, state }) => [command_id, state]),
    [
      [sent.command_id, 'COMPLETED'],
      [done.command_id, 'COMPLETED'],
    ],
  );
  const shown = await back.operator.call('GetAgent', { agent_id: a.id });
  assert.deepEqual(shown.labels, { site: 'nørth' });
  await home.close();
});

test('through a pipe, and what is cut off is not taken', async () => {
  const whole = await store(server.home, ['export', '--data-dir', server.dataDir, '--output', '-']);
  assert.equal(whole.code, 0);
  assert.match(whole.stderr, /^Exported \d+ rows from \S+\.$/m);
  const target = path.join(server.home, 'cut');
  const args = ['store', 'import', '--data-dir', target, '--input', '-'];
  const env = cleanEnvironment(server.home);
  const cut = await run(BINARY, args, { env, input: whole.stdout.slice(0, -2) });
  assert.equal(cut.code, 2);
  assert.match(cut.stderr, /Line \d+: the text ends too early.*Nothing was imported/);
  const taken = await run(BINARY, args, { env, input: whole.stdout });
  assert.equal(taken.code, 0, taken.stderr);
});
