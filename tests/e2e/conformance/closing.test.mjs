// The agent protocol: how a session ends, by silence, takeover, restart, or an
// operator, and with which code.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from '../lib/agent.mjs';
import { Commands } from '../lib/commands.mjs';
import { rowById } from '../lib/ledger.mjs';
import {
  CLOSE,
  RawPeer,
  TEXT,
  connectError,
  frame,
  httpRequest,
  openRaw,
  upgradeRequest,
} from '../lib/raw.mjs';
import { startServer } from '../lib/server.mjs';
import { duration } from '../lib/struct.mjs';
import { until } from '../lib/wait.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

let count = 0;
async function connected(on = server) {
  const a = await on.createAgent(`c${++count}`);
  return { ...a, agent: await Agent.open(on, a.id, a.secret) };
}
const getAgent = (on, id) => on.operator.call('GetAgent', { agent_id: id });

describe('the newer connection wins', () => {
  test('the older is closed with 4009 "superseded"', async () => {
    const { id, secret, agent } = await connected();
    const newer = await Agent.open(server, id, secret);
    assert.deepEqual(await agent.ended(), { code: 4009, reason: 'superseded' });
    await newer.ping();
    await newer.close(1000);
  });

  test('after a few takeovers in a short time further upgrades get 429 with Retry-After', async () => {
    const { id, secret, agent } = await connected();
    let live = agent;
    let refused = null;
    let takeovers = 0;
    while (refused === null) {
      const next = await Agent.open(server, id, secret).catch((error) => error);
      if (next instanceof Agent) {
        assert.equal((await live.ended()).code, 4009);
        live = next;
        assert.ok(++takeovers < 10, 'it goes on for ever');
      } else {
        refused = next;
      }
    }
    assert.ok(takeovers >= 2, 'a reconnect or two are no flapping');
    assert.equal(refused.status, 429);
    assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
    await live.ping(); // whoever holds the session keeps it

    // ... and the operator sees both peers' addresses.
    const { session } = await getAgent(server, id);
    const row = await rowById(server, refused.json.refusal_id);
    assert.equal(row.reason, 'TAKEOVER_FLAPPING');
    assert.match(row.peer_address, /^127\.0\.0\.1:\d+$/);
    assert.equal(row.expected.session_peer_address, session.peer_address);
    assert.notEqual(row.peer_address, session.peer_address);

    // Nobody is thrown out once the session has ended by itself.
    await live.close(1000);
    await until('the session has ended', async () => !(await getAgent(server, id)).session);
    await (await Agent.open(server, id, secret)).close(1000);
  });
});

describe('silence means dead: close, record it, free everything', () => {
  test('4008 after session-idle-timeout', async () => {
    const quick = await startServer(['--session-idle-timeout', '500ms']);
    try {
      const { id, agent } = await connected(quick);
      assert.deepEqual(await agent.ended(), { code: 4008, reason: 'idle_timeout' });
      await until('presence is right', async () => !(await getAgent(quick, id)).session);
      await quick.metricReaches('edgeplane_connections_closed_total', { reason: 'IDLE_TIMEOUT' }, 1);
      assert.equal((await quick.metrics()).value('edgeplane_connections'), 0);
    } finally {
      await quick.close();
    }
  });
});

describe('an operator', () => {
  for (const [what, code, reason, act] of [
    ['disconnects', 4003, 'operator_disconnected', (id) => server.operator.call('DisconnectAgent', { agent_id: id })],
    ['disables', 4003, 'disabled', (id) => server.operator.call('DisableAgent', { agent_id: id })],
    ['deletes', 4001, 'credentials_revoked', (id) => server.operator.call('DeleteAgent', { agent_id: id })],
    ['rotates the secret', 4001, 'credentials_revoked', (id) => server.operator.call('RotateSecret', { agent_id: id })],
  ]) {
    test(`${what}: a live connection is closed with ${code}`, async () => {
      const { id, agent } = await connected();
      const answer = await act(id);
      if (answer.secret) server.secrecy.keep(answer.secret);
      assert.deepEqual(await agent.ended(), { code, reason });
    });
  }

  test('rotates with an overlap: the session stays, both secrets are good, then only the new one', async () => {
    const quick = await startServer(['--sweep-interval', '50ms']);
    try {
      const { id, secret, agent } = await connected(quick);
      const rotated = await quick.operator.call('RotateSecret', {
        agent_id: id,
        overlap: duration(2),
      });
      quick.secrecy.keep(rotated.secret);
      await agent.ping();
      // A session that outlives the overlap on an earlier secret ends then.
      assert.deepEqual(await agent.ended(), { code: 4001, reason: 'credentials_revoked' });
      const refused = await refusalOf(quick, id, secret);
      assert.equal((await rowById(quick, refused.json.refusal_id)).reason, 'SECRET_RETIRED');
      await (await Agent.open(quick, id, rotated.secret)).close(1000);
    } finally {
      await quick.close();
    }
  });

  test('retires the earlier secret before its time', async () => {
    const { id, secret, agent } = await connected();
    const rotated = await server.operator.call('RotateSecret', {
      agent_id: id,
      overlap: duration(3600),
    });
    server.secrecy.keep(rotated.secret);
    await agent.ping();
    await server.operator.call('RetireSecret', { agent_id: id });
    assert.deepEqual(await agent.ended(), { code: 4001, reason: 'credentials_revoked' });
    assert.equal((await refusalOf(server, id, secret)).status, 401);
    await (await Agent.open(server, id, rotated.secret)).close(1000);
  });

  test('may disconnect only who is connected', async () => {
    const a = await server.createAgent('not-here');
    await assert.rejects(server.operator.call('DisconnectAgent', { agent_id: a.id }), {
      reason: 'AGENT_NOT_CONNECTED',
    });
  });
});

describe('restart: stop accepting first, then close with 1012, spread over the drain window', () => {
  // What one of them answers; the moment at which one is sent away is of chance, and may
  // come before the request.
  async function answerOfOne(peers, request) {
    for (const peer of peers) {
      peer.write(request);
      const answer = await peer.answer();
      if (answer !== null) return answer;
    }
    throw new Error('all connections were closed before they were asked anything');
  }

  // Whoever is connected already is told to go elsewhere, on whichever call.
  test('what comes over a connection that is there is refused with 503', async () => {
    const own = await startServer(['--drain-window', '2s']);
    try {
      const a = await own.createAgent('late');
      const kept = [];
      for (let i = 0; i < 6; i++) {
        const peer = await RawPeer.connect(own.plain);
        peer.write(httpRequest('GET', '/health')); // it is in the server's hands
        assert.equal((await peer.answer()).status, 200);
        kept.push(peer);
      }
      const exit = own.terminate();
      await until(
        'the listener is closed',
        async () => (await connectError(own.plain)) === 'ECONNREFUSED',
      );
      const health = await answerOfOne(kept.slice(0, 3), httpRequest('GET', '/health'));
      assert.deepEqual([health.status, JSON.parse(health.body).status], [503, 'unavailable']);
      const refused = await answerOfOne(kept.slice(3), upgradeRequest(a.id, a.secret));
      assert.equal(refused.status, 503);
      assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
      for (const peer of kept) await peer.ended();
      assert.deepEqual(await exit, { code: 0, signal: null });
    } finally {
      await own.close();
    }
  });

  test('last words are still taken', async () => {
    const own = await startServer(['--drain-window', '0ms', '--close-timeout', '5s']);
    try {
      const a = await own.createAgent('last-words');
      const peer = await openRaw(own, a);
      const agent = { write: (message) => peer.write(frameOf(message)) };
      const sent = await new Commands(own).send(a.id, 'x');
      await peer.frame();
      const exit = own.terminate();
      const { code, reason } = await peer.closeFrame();
      assert.deepEqual({ code, reason }, { code: 1012, reason: 'restart' });
      // The close has come; the agent was just done, says so, and closes.
      agent.write({ type: 'command_ack', data: { command_id: sent.command_id, status: 'completed' } });
      agent.write({ type: 'event', data: { event_id: 'last', event_type: 't', details: {} } });
      peer.write(closeFrame());
      assert.deepEqual(await exit, { code: 0, signal: null });
      await own.start();
      assert.equal((await new Commands(own).get(sent)).state, 'COMPLETED');
      const { events } = await own.operator.call('ListEvents', { filter: { agent_id: a.id } });
      assert.deepEqual(events.map((event) => event.event_id), ['last']);
    } finally {
      await own.close();
    }
  });
});

describe('close codes', () => {
  for (const [what, code, bytes] of [
    ['1002 protocol: broken framing', 1002, frame(TEXT, '{}', { masked: false })],
    ['1007 protocol: text that is not UTF-8', 1007, frame(TEXT, Buffer.from([0xff, 0xfe]))],
    ['1009 protocol: a message that is too big', 1009, frame(TEXT, 'x', { length: 256 * 1024 + 1 })],
  ]) {
    test(what, async () => {
      const peer = await openRaw(server, await server.createAgent(`wire-${code}`));
      peer.write(bytes);
      assert.equal((await peer.closeFrame()).code, code);
      peer.destroy();
    });
  }

  test('1000 normal (answer a code-less close with 1000)', async () => {
    const { agent } = await connected();
    agent.socket.close();
    assert.equal((await agent.ended()).code, 1000);
  });

  test('1008 policy (rate)', async () => {
    const strict = await startServer(['--messages-per-minute', '5']);
    try {
      const { agent } = await connected(strict);
      for (let i = 0; i < 6; i++) agent.send('{"type":"ping"}');
      assert.deepEqual(await agent.ended(), { code: 1008, reason: 'message_rate' });
    } finally {
      await strict.close();
    }
  });

  test('1013 slow consumer, with the command kept', async () => {
    const own = await startServer(['--max-outgoing-messages', '2', '--write-timeout', '1s']);
    try {
      const a = await own.createAgent('slow');
      const peer = await openRaw(own, a);
      peer.socket.pause(); // reads nothing any more
      const commands = new Commands(own);
      const sent = [];
      await until('the connection is given up', async () => {
        sent.push(await commands.send(a.id, 'big', { text: 'x'.repeat(60_000) }));
        const closed = (await own.metrics()).value('edgeplane_connections_closed_total', {
          reason: 'SLOW_CONSUMER',
        });
        return closed > 0;
      });
      peer.destroy();
      const agent = await Agent.open(own, a.id, a.secret);
      const missing = new Set(sent.map((command) => command.command_id));
      while (missing.size > 0) missing.delete((await agent.nextCommand()).command_id);
      await agent.close(1000);
    } finally {
      await own.close();
    }
  });
});

function frameOf(message) {
  return frame(TEXT, JSON.stringify(message));
}

function closeFrame() {
  return frame(CLOSE, Buffer.from([0x03, 0xe8]));
}
