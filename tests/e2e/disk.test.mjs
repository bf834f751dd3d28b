// A disk that is full, and one that fails: what cannot be stored is not promised, that
// is to be seen, and all goes on when the disk is well again. It mounts disks: run it by
// own_mounts.sh.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { Faults, SmallDisk, faultyEnvironment, noFaults } from './lib/disk.mjs';
import { get } from './lib/metrics.mjs';
import { PostgresCluster } from './lib/postgres.mjs';
import { startOnSqlite, startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const EIO = 5;
// Enough of these fill whatever a store has in hand.
const PAYLOAD = { text: 'x'.repeat(60_000) };
const FILLING_MAX = 400;

const readiness = (server) => get(server.metricsAddress, '/readyz');

// Sends until one is not taken. Gives the ids of those that were, and the failure with
// its key.
async function sendUntilRefused(server, agentId) {
  const commands = new Commands(server);
  const taken = [];
  for (let i = 0; i < FILLING_MAX; ++i) {
    const key = `fill-${i}`;
    try {
      const more = { idempotency_key: key };
      taken.push((await commands.send(agentId, 'fill', PAYLOAD, more)).command_id);
    } catch (error) {
      return { taken, error, key };
    }
  }
  throw new Error(`${FILLING_MAX} commands were taken`);
}

// The whole story; `spoil` and `mend` are the disk's.
async function outlives(server, spoil, mend) {
  const a = await server.createAgent('disk');
  const agent = await Agent.open(server, a.id, a.secret);
  await spoil();
  const { taken, error, key } = await sendUntilRefused(server, a.id);
  assert.match(error.reason, /^STORE_(UNAVAILABLE|IN_DOUBT)$/);
  const red = await until('readiness is red', async () => {
    const page = await readiness(server);
    return page.status === 503 && page;
  });
  assert.match(red.body, /STORE_UNAVAILABLE|store/i);
  assert.equal(agent.socket.readyState, 1, 'the agent stays connected');

  await mend();
  await until('readiness is green', async () => (await readiness(server)).status === 200);
  const commands = new Commands(server);
  const again = await commands.send(a.id, 'fill', PAYLOAD, { idempotency_key: key });
  taken.push(again.command_id);
  // Each once, in their order, and none besides.
  for (const id of taken) {
    const command = await agent.nextCommand();
    assert.equal(command.command_id, id);
    agent.ack(id, 'completed');
  }
  await until('all are done', async () => {
    const all = await commands.list({ agent_id: a.id });
    assert.equal(all.length, taken.length);
    return all.every(({ state }) => state === 'COMPLETED');
  });
  await server.restart();
  const kept = await new Commands(server).list({ agent_id: a.id });
  assert.deepEqual(new Set(kept.map(({ command_id }) => command_id)), new Set(taken));
  // None of them comes again: the next is another one.
  const back = await Agent.open(server, a.id, a.secret);
  const last = await new Commands(server).send(a.id, 'last');
  assert.equal((await back.nextCommand()).command_id, last.command_id);
  for (const connection of [agent, back]) assert.equal(connection.unread, 0);
}

// Readiness is looked at every few seconds: they wait together.
describe('what cannot be stored is not promised', { concurrency: true }, () => {
  test('on a full disk, under SQLite', async () => {
    const disk = await SmallDisk.mount(16);
    let server;
    try {
      server = await disk.hold(() => startOnSqlite());
      await outlives(
        server,
        () => disk.fill(),
        () => disk.makeRoom(),
      );
    } finally {
      for (const part of [server, disk]) await part?.close();
    }
  });

  test('on a full disk, under PostgreSQL', async () => {
    const disk = await SmallDisk.mount(160);
    let database;
    let server;
    try {
      database = await disk.hold(() => PostgresCluster.start());
      server = await startServer(['--database', await database.newDatabase()]);
      await outlives(
        server,
        () => disk.fill(),
        () => disk.makeRoom(),
      );
    } finally {
      for (const part of [server, database, disk]) await part?.close();
    }
  });

  for (const [what, faults] of [
    ['to sync', ['posix/io/sync/fsync', 'posix/io/sync/fdatasync']],
    ['to write', ['posix/io/rw/pwrite', 'posix/io/rw/write']],
  ]) {
    test(`on a disk that fails ${what}, under SQLite`, { skip: noFaults() }, async () => {
      const pipes = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-fiu-'));
      const server = await startOnSqlite([], faultyEnvironment(pipes));
      try {
        const disk = new Faults(pipes, server.pid, faults);
        await outlives(
          server,
          () => disk.begin(EIO),
          () => disk.end(),
        );
      } finally {
        await server.close();
        fs.rmSync(pipes, { recursive: true, force: true });
      }
    });
  }
});
