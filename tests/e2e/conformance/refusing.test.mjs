// The agent protocol, "WebSocket: GET /edge/ws", how agents are refused.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from '../lib/agent.mjs';
import { hmacToken, randomSecret } from '../lib/credentials.mjs';
import { Poller, post } from '../lib/http.mjs';
import { startOnSqlite } from '../lib/server.mjs';
import { within } from '../lib/wait.mjs';

const DAY = 24 * 3600;
const AGENTS_WAIT_MS = 10_000;

let server;
before(async () => (server = await startOnSqlite()));
after(() => server?.close());

test('agents offer permessage-deflate; decline it', async () => {
  const a = await server.createAgent('deflate');
  const agent = await Agent.open(server, a.id, a.secret, { perMessageDeflate: true });
  assert.equal(agent.handshake.headers['sec-websocket-extensions'], undefined);
  await agent.close(1000);
});

describe('refuse before the upgrade, with an HTTP status', () => {
  test('the answer is JSON: error, message, refusal_id, plus X-Refusal-Id', async () => {
    const refused = await refusalOf(server, 'unknown', randomSecret());
    const { error, message, refusal_id: id, ...rest } = refused.json;
    assert.equal(error, 'unauthorized');
    assert.equal(typeof message, 'string');
    assert.deepEqual(rest, {});
    assert.equal(refused.headers['x-refusal-id'], id);
    assert.match(refused.headers['content-type'], /^application\/json/);
  });

  test('WWW-Authenticate: Bearer on 401', async () => {
    const refused = await refusalOf(server, 'unknown', randomSecret());
    assert.deepEqual([refused.status, refused.headers['www-authenticate']], [401, 'Bearer']);
  });

  test('Retry-After on 429', async () => {
    const strict = await startOnSqlite(['--upgrade-attempts-per-minute', '1']);
    try {
      await refusalOf(strict, 'often', randomSecret());
      const refused = await refusalOf(strict, 'often', randomSecret());
      assert.equal(refused.status, 429);
      assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
    } finally {
      await strict.close();
    }
  });
});

// Holds the database's write lock from outside, so that nothing can be decided;
// gives a function that lets go.
async function holdStore(dataDir) {
  const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
`;
  const child = spawn('python3', ['-c', script, path.join(dataDir, 'edgeplane.db')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await within('the store is held', once(child.stdout, 'data'));
  return async () => {
    child.stdin.end();
    await within('the store is let go', once(child, 'exit'));
  };
}

test('they ask once and wait 10 s: answer well inside that, always', async () => {
  const slow = await startOnSqlite();
  try {
    const a = await slow.createAgent('patient');
    const release = await holdStore(slow.dataDir);
    try {
      // The deadline is the agents' own.
      const [refused, sync] = await within(
        'an answer while the registry cannot decide',
        Promise.all([
          refusalOf(slow, a.id, a.secret),
          new Poller(slow, a.id, a.secret).syncRaw(),
        ]),
        AGENTS_WAIT_MS,
      );
      for (const answer of [refused, sync]) {
        assert.equal(answer.status, 503);
        assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
      }
    } finally {
      await release();
    }
  } finally {
    await slow.close();
  }
});

describe('answer alike, byte for byte except the refusal id', () => {
  // Everything of the answer, its id taken out.
  const face = (answer) =>
    JSON.stringify([
      answer.status,
      Object.entries(answer.headers).filter(([name]) => name !== 'x-refusal-id'),
      { ...JSON.parse(answer.body), refusal_id: '' },
    ]);

  const bearersOf = (a) => ({
    'wrong secret': randomSecret(),
    'forged token': hmacToken(randomSecret(), a.id, a.phone),
    'expired token': server.secrecy.keep(hmacToken(a.secret, a.id, a.phone, 2 * DAY)),
    'token of another': server.secrecy.keep(hmacToken(a.secret, 'somebody', a.phone)),
  });

  for (const [where, ask] of [
    ['WebSocket', (id, bearer) => refusalOf(server, id, bearer)],
    ['sync', (id, bearer) => new Poller(server, id, bearer).syncRaw()],
    [
      'acknowledgement',
      (id, bearer) =>
        new Poller(server, id, bearer).ack('0190a1b2-0000-7000-8000-000000000000', true),
    ],
  ]) {
    test(`unknown agent, wrong secret, expired or forged token: ${where}`, async () => {
      const a = await server.createAgent(`alike-${where.length}`);
      const unknown = face(await ask('nobody-here', randomSecret()));
      assert.match(unknown, /^\[401/);
      for (const [what, bearer] of Object.entries(bearersOf(a))) {
        assert.equal(face(await ask(a.id, bearer)), unknown, what);
      }
    });
  }

  test('an acknowledgement without an agent’s id of an unknown command', async () => {
    const body = { command_id: '0190a1b2-0000-7000-8000-000000000001', success: true, error: null };
    const answer = await post(server, '/edge/command/ack', { bearer: randomSecret(), body });
    const known = await new Poller(server, 'nobody-here', randomSecret()).syncRaw();
    assert.equal(face(answer), face(known));
  });
});
