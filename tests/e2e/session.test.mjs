// An agent that is known gets in, is seen by the operator, and talks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent, agentUrl, refusalOf } from './lib/agent.mjs';
import { hmacToken, randomSecret } from './lib/credentials.mjs';
import { exchange, upgradeRequest } from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';
import { millisOf } from './lib/struct.mjs';
import { until } from './lib/wait.mjs';

const HOUR = 3600;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const getAgent = (id) => server.operator.call('GetAgent', { agent_id: id });
const connected = (id) => until(`${id} has a session`, async () => (await getAgent(id)).session);
const gone = (id) => until(`${id} has no session`, async () => !(await getAgent(id)).session);

describe('getting in', () => {
  test('an agent created over the API connects with its raw secret over TLS', async () => {
    const luna = await server.createAgent('luna1', { display_name: 'Luna', labels: { site: 'a' } });
    assert.match(luna.secret, /^[0-9a-f]{64}$/);
    assert.match(luna.agent.secret_fingerprint, /^[0-9a-f]{8}$/);
    assert.equal(luna.agent.session, null);

    const agent = await Agent.open(server, luna.id, luna.secret);
    await agent.ping();
    const session = await connected(luna.id);
    assert.match(session.session_id, UUID);
    assert.match(session.peer_address, /^127\.0\.0\.1:\d+$/);
    assert.notEqual(session.gateway_id, '');
    assert.equal(session.epoch, '1');
    assert.ok(Math.abs(millisOf(session.open_time) - Date.now()) < 60_000);

    assert.deepEqual(await agent.close(1000), { code: 1000, reason: '' });
    await gone(luna.id);
  });

  test('an imported agent connects with the secret it already had', async () => {
    const secret = server.secrecy.keep(`imported ${randomSecret()}`);
    const agent = await server.operator.call('ImportAgent', {
      agent_id: 'imported.1',
      user_phone: '15550001111',
      secret,
    });
    assert.equal(agent.agent_id, 'imported.1');
    await (await Agent.open(server, 'imported.1', secret)).close(1000);
  });

  test('an HMAC token is good for 23 hours, and may be used again', async () => {
    const a = await server.createAgent('edge_15551234568');
    const token = server.secrecy.keep(hmacToken(a.secret, a.id, a.phone, 23 * HOUR));
    const headers = {
      'X-Edge-Agent-Id': a.id,
      'X-Edge-Timestamp': String(Math.floor(Date.now() / 1000)),
      'X-Edge-Protocol-Version': '1.0',
    };
    const first = await Agent.open(server, a.id, token, { headers });
    await first.close(1000);
    const second = await Agent.open(server, a.id, token, { headers });
    await second.ping();
    await second.close(1000);
  });

  test('an HMAC token may be some minutes from the future', async () => {
    const a = await server.createAgent('clock-ahead');
    const token = server.secrecy.keep(hmacToken(a.secret, a.id, a.phone, -240));
    await (await Agent.open(server, a.id, token)).close(1000);
  });

  test('the id may stand in the URL, in X-Edge-Agent-Id, or in both', async () => {
    const a = await server.createAgent('named');
    const headers = { 'X-Edge-Agent-Id': a.id };
    await (await Agent.open(server, a.id, a.secret)).close(1000);
    await (await Agent.open(server, a.id, a.secret, { headers })).close(1000);
    const url = `wss://localhost:${server.tls.port}/edge/ws`;
    await (await Agent.open(server, a.id, a.secret, { url, headers })).close(1000);
  });

  test('the plain listener serves as well as the TLS one', async () => {
    const a = await server.createAgent('plain');
    const agent = await Agent.open(server, a.id, a.secret, { plain: true });
    await agent.ping();
    await agent.close(1000);
  });

  test('an origin that is this host itself may connect', async () => {
    const a = await server.createAgent('browser');
    const headers = { Origin: `https://localhost:${server.tls.port}` };
    await (await Agent.open(server, a.id, a.secret, { headers })).close(1000);
  });
});

describe('the handshake', () => {
  test('permessage-deflate is offered and declined', async () => {
    const a = await server.createAgent('deflate');
    const agent = await Agent.open(server, a.id, a.secret, { perMessageDeflate: true });
    assert.equal(agent.socket.extensions, '');
    assert.equal(agent.handshake.headers['sec-websocket-extensions'], undefined);
    await agent.close(1000);
  });

  test('the accept key is that of RFC 6455, and no subprotocol is chosen', async () => {
    const a = await server.createAgent('accept-key');
    const answer = await exchange(
      server,
      upgradeRequest(a.id, a.secret, {
        Connection: 'keep-alive, Upgrade', // as browsers write it
        Upgrade: 'WebSocket',
        'Sec-WebSocket-Protocol': 'chat',
      }),
    );
    assert.equal(answer.status, 101);
    assert.equal(answer.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    assert.equal(answer.headers['sec-websocket-protocol'], undefined);
    assert.match(answer.headers.upgrade, /^websocket$/i);
    assert.match(answer.headers.connection, /^upgrade$/i);
  });

  test('nothing is sent unasked, and a JSON ping gets a JSON pong', async () => {
    const a = await server.createAgent('quiet');
    const agent = await Agent.open(server, a.id, a.secret);
    for (let i = 0; i < 3; i++) await agent.ping(); // holds that nothing comes before the pong
    await agent.close(1000);
  });

  test('with welcome-message, {"type":"connected"} comes first', async () => {
    const welcoming = await startServer(['--welcome-message']);
    try {
      const a = await welcoming.createAgent('welcomed');
      const agent = await Agent.open(welcoming, a.id, a.secret);
      assert.deepEqual(await agent.next(), { type: 'connected' });
      await agent.ping();
      await agent.close(1000);
    } finally {
      await welcoming.close();
    }
  });
});

describe('what the operator sees', () => {
  test('lists filter by prefix, connection and label, and page', async () => {
    for (const n of [1, 2, 3]) await server.createAgent(`page-${n}`, { labels: { n: String(n) } });
    const { secret } = await server.createAgent('page-4', { labels: { n: '4', site: 'b' } });
    const agent = await Agent.open(server, 'page-4', secret);
    await connected('page-4');
    const list = async (filter, more = {}) => {
      const page = await server.operator.call('ListAgents', {
        filter: { agent_id_prefix: 'page-', ...filter },
        ...more,
      });
      return { ids: page.agents.map((a) => a.agent_id), next: page.next_page_token };
    };
    const all = ['page-1', 'page-2', 'page-3', 'page-4'];
    assert.deepEqual(await list({}), { ids: all, next: '' });
    assert.deepEqual((await list({ connected: true })).ids, ['page-4']);
    assert.deepEqual((await list({ connected: false })).ids, all.slice(0, 3));
    assert.deepEqual((await list({ labels: { site: 'b' } })).ids, ['page-4']);
    const first = await list({}, { page_size: 3 });
    assert.deepEqual(first.ids, all.slice(0, 3));
    assert.deepEqual(await list({}, { page_size: 3, page_token: first.next }), {
      ids: ['page-4'],
      next: '',
    });
    await agent.close(1000);
  });

  test('two agents at once are two sessions, and two of the fleet', async () => {
    const [a, b] = [await server.createAgent('both-a'), await server.createAgent('both-b')];
    const agents = [
      await Agent.open(server, a.id, a.secret),
      await Agent.open(server, b.id, b.secret),
    ];
    const [one, two] = [await connected(a.id), await connected(b.id)];
    assert.notEqual(one.session_id, two.session_id);
    for (const agent of agents) await agent.ping();
    const status = await until('the fleet has two sessions', async () => {
      const now = await server.operator.call('GetFleetStatus');
      return now.agents_connected === '2' && now;
    });
    assert.equal(status.gateways.length, 1);
    assert.equal(status.gateways[0].gateway_id, one.gateway_id);
    for (const agent of agents) await agent.close(1000);
  });

  test('a newer connection of the same id wins, and the older gets 4009', async () => {
    const a = await server.createAgent('twice');
    const older = await Agent.open(server, a.id, a.secret);
    const first = await connected(a.id);
    const newer = await Agent.open(server, a.id, a.secret);
    assert.equal((await older.ended()).code, 4009);
    await newer.ping();
    const second = await connected(a.id);
    assert.notEqual(second.session_id, first.session_id);
    assert.ok(Number(second.epoch) > Number(first.epoch));
    await server.metricReaches('edgeplane_takeovers_total', {}, 1);
    await newer.close(1000);
  });

  test('disabling ends the session with 4003, enabling lets the agent in again', async () => {
    const a = await server.createAgent('switched');
    const agent = await Agent.open(server, a.id, a.secret);
    const disabled = await server.operator.call('DisableAgent', {
      agent_id: a.id,
      reason: 'stolen',
    });
    assert.deepEqual([disabled.disabled, disabled.disabled_reason], [true, 'stolen']);
    assert.equal((await agent.ended()).code, 4003);
    assert.equal((await refusalOf(server, a.id, a.secret)).status, 403);
    await server.operator.call('EnableAgent', { agent_id: a.id });
    await (await Agent.open(server, a.id, a.secret)).close(1000);
  });

  test('deleting ends the session with 4001, and the agent is unknown from then on', async () => {
    const a = await server.createAgent('deleted');
    const agent = await Agent.open(server, a.id, a.secret);
    await server.operator.call('DeleteAgent', { agent_id: a.id });
    assert.equal((await agent.ended()).code, 4001);
    assert.equal((await refusalOf(server, a.id, a.secret)).status, 401);
    await assert.rejects(getAgent(a.id), {
      code: 5,
      reason: 'AGENT_NOT_FOUND',
      domain: 'edgeplane',
    });
  });

  test('an id in the URL is decoded once', async () => {
    const a = await server.createAgent('dot.and-dash_1');
    const url = agentUrl({ port: server.tls.port, id: a.id }).replace('dot.', 'dot%2E');
    await (await Agent.open(server, a.id, a.secret, { url })).close(1000);
  });
});
