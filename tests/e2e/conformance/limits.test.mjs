// The agent protocol, "Limits (settings with these defaults)".
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from '../lib/agent.mjs';
import { randomSecret } from '../lib/credentials.mjs';
import { Poller, post } from '../lib/http.mjs';
import { rowById } from '../lib/ledger.mjs';
import { run } from '../lib/process.mjs';
import { BINARY, cleanEnvironment, startServer } from '../lib/server.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const reasonOf = async (answer) => (await rowById(server, answer.json.refusal_id)).reason;
const sync = (a, body, headers = {}) =>
  post(server, '/edge/sync', {
    bearer: a.secret,
    headers: { 'X-Edge-Agent-Id': a.id, ...headers },
    body,
  });

describe('the defaults', () => {
  let settings;
  before(async () => {
    const { stdout } = await run(BINARY, ['config', '--json'], {
      env: cleanEnvironment(server.home),
    });
    const parsed = JSON.parse(stdout);
    settings = new Map((parsed.settings ?? parsed).map((s) => [s.name, s.value]));
  });

  for (const [name, value] of [
    ['upgrade-attempts-per-minute', '30'],
    ['messages-per-minute', '120'],
    ['max-header-bytes', '8KiB'],
    ['max-url-bytes', '2KiB'],
    ['max-body-bytes', '256KiB'],
    ['max-message-bytes', '256KiB'],
    ['max-json-depth', '32'],
    ['max-outgoing-messages', '64'],
    ['max-outgoing-bytes', '256KiB'],
    ['request-head-timeout', '15s'],
    ['max-connections', '20000'],
    ['max-connections-per-address', '200'],
    ['token-max-age', '1d'],
    ['token-max-skew', '5m'],
    ['session-idle-timeout', '75s'],
  ]) {
    test(`${name} is ${value}`, () => assert.equal(String(settings.get(name)), value));
  }
});

// Asks again for as long as the answer is `status`: the first that is not, and how
// many were. A slow machine is allowed more than the burst.
async function askUntilNot(status, ask) {
  for (let count = 0; ; count++) {
    const answer = await ask();
    if (answer.status !== status) return { answer, count };
  }
}

test('upgrade attempts 30/min per agent, burst the same (429)', async () => {
  const a = await server.createAgent('attempts');
  const wrong = randomSecret();
  const { answer: refused, count } = await askUntilNot(401, () => refusalOf(server, a.id, wrong));
  assert.ok(count >= 30, `${count} attempts`);
  assert.deepEqual([refused.status, await reasonOf(refused)], [429, 'ATTEMPT_RATE']);
  assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
});

describe('messages 120/min per agent, burst the same', () => {
  test('then 1008', async () => {
    const a = await server.createAgent('chatty');
    const agent = await Agent.open(server, a.id, a.secret);
    // More than the refill of a slow machine's minutes.
    for (let i = 0; i < 1000; i++) agent.send('{"type":"ping"}');
    assert.equal((await agent.ended()).code, 1008);
  });

  test('over HTTP 429', async () => {
    const a = await server.createAgent('hasty');
    const poller = new Poller(server, a.id, a.secret);
    const { answer: refused, count } = await askUntilNot(200, () => poller.syncRaw());
    assert.ok(count >= 120, `${count} syncs`);
    assert.deepEqual([refused.status, await reasonOf(refused)], [429, 'REQUEST_RATE']);
    assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
  });
});

describe('WebSocket', () => {
  let a;
  before(async () => (a = await server.createAgent('limited-ws')));

  test('message 256 KiB', async () => {
    const agent = await Agent.open(server, a.id, a.secret);
    const ping = '{"type":"ping","pad":""}';
    const padded = (size) => ping.replace('""', `"${'x'.repeat(size - ping.length)}"`);
    agent.send(padded(256 * 1024));
    assert.deepEqual(await agent.next(), { type: 'pong' });
    agent.send(padded(256 * 1024 + 1));
    assert.equal((await agent.ended()).code, 1009);
  });

  test('JSON depth 32, and nobody is cut off for it', async () => {
    const agent = await Agent.open(server, a.id, a.secret);
    const nested = (depth) => `{"type":"ping","x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const malformed = async () =>
      (await server.metrics()).value('edgeplane_messages_received_total', { type: 'malformed' });
    const before = await malformed();
    agent.send(nested(31));
    assert.deepEqual(await agent.next(), { type: 'pong' });
    agent.send(nested(32));
    await agent.ping();
    assert.equal(await malformed(), before + 1);
    await agent.close(1000);
  });
});

describe('HTTP', () => {
  let a;
  before(async () => (a = await server.createAgent('limited')));

  const body = (size) => {
    const text = JSON.stringify({ edge_agent_id: 'limited', pad: '' });
    return text.replace('"pad":""', `"pad":"${'x'.repeat(size - text.length)}"`);
  };

  test('body 256 KiB', async () => {
    assert.equal((await sync(a, body(256 * 1024))).status, 200);
    const refused = await sync(a, body(256 * 1024 + 1));
    assert.deepEqual([refused.status, await reasonOf(refused)], [413, 'REQUEST_TOO_LARGE']);
  });

  test('header block 8 KiB', async () => {
    const refused = await sync(a, '{}', { 'X-Pad': 'x'.repeat(8 * 1024) });
    assert.deepEqual([refused.status, await reasonOf(refused)], [431, 'REQUEST_TOO_LARGE']);
  });

  test('URL 2 KiB', async () => {
    const refused = await post(server, `/edge/sync?pad=${'x'.repeat(2048)}`, { body: '{}' });
    assert.deepEqual([refused.status, await reasonOf(refused)], [414, 'REQUEST_TOO_LARGE']);
  });

  test('JSON depth 32', async () => {
    const nested = (depth) => `{"edge_agent_id":"limited","x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    assert.equal((await sync(a, nested(31))).status, 200);
    const refused = await sync(a, nested(32));
    assert.deepEqual([refused.status, await reasonOf(refused)], [400, 'MALFORMED_REQUEST']);
  });

  for (const [what, text] of [
    ['no JSON', '{"edge_agent_id":'],
    ['no object', '"x"'],
    ['a name twice', '{"edge_agent_id":"limited","edge_agent_id":"limited"}'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['nothing', ''],
  ]) {
    test(`a body that is ${what} is a clear error`, async () => {
      const refused = await sync(a, text);
      assert.deepEqual([refused.status, await reasonOf(refused)], [400, 'MALFORMED_REQUEST']);
    });
  }
});
