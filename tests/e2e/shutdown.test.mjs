// The end of a connection, from either side, and of the server.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { checkRefusal } from './lib/ledger.mjs';
import {
  CLOSE,
  PING,
  PONG,
  RawPeer,
  connectError,
  frame,
  httpRequest,
  openRaw,
  upgradeRequest,
} from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

// So many that one of them is still there for a while, whenever each is sent away.
function crowd(server) {
  const ids = Array.from({ length: 8 }, (_, i) => `draining-${i}`);
  return Promise.all(
    ids.map(async (id) => {
      const agent = await server.createAgent(id);
      return Agent.open(server, agent.id, agent.secret);
    }),
  );
}

// Connections in the server's hands, which have asked for something before.
function idlePeers(server) {
  return Promise.all(
    Array.from({ length: 8 }, async () => {
      const peer = await RawPeer.connect(server.plain);
      peer.write(httpRequest('GET', '/health'));
      assert.equal((await peer.answer()).status, 200);
      return peer;
    }),
  );
}

// Any of them may be ended before it could ask.
async function firstAnswer(peers, request) {
  for (const peer of peers) {
    peer.write(request);
    const answer = await peer.answer();
    if (answer) return answer;
  }
  return null;
}

describe('SIGTERM', () => {
  test('stops accepting, then closes every agent with 1012, then ends with 0', async () => {
    const server = await startServer(['--drain-window', '1s']);
    try {
      const agents = [];
      for (const n of [1, 2, 3, 4, 5]) {
        const a = await server.createAgent(`drained-${n}`);
        agents.push(await Agent.open(server, a.id, a.secret, { plain: n === 5 }));
      }
      const told = agents.map(async (agent) => {
        const { code } = await agent.ended();
        // Agents reconnect at once on 1012; here nobody may be there any more.
        return {
          code,
          tls: await connectError(server.tls),
          plain: await connectError(server.plain),
        };
      });
      const exit = server.terminate();
      for (const one of await Promise.all(told)) {
        assert.deepEqual(one, { code: 1012, tls: 'ECONNREFUSED', plain: 'ECONNREFUSED' });
      }
      assert.deepEqual(await exit, { code: 0, signal: null });
    } finally {
      await server.close();
    }
  });

  test('an agent that does not answer the close does not hold it up', async () => {
    const server = await startServer(['--close-timeout', '200ms']);
    try {
      const mute = await openRaw(server, await server.createAgent('mute'));
      const exit = server.terminate();
      assert.equal((await mute.closeFrame()).code, 1012);
      assert.deepEqual(await exit, { code: 0, signal: null });
    } finally {
      await server.close();
    }
  });

  test('an upgrade while draining is refused with 503, and the ledger has it', async () => {
    const server = await startServer(['--drain-window', '2s']);
    try {
      const { traits } = (await server.operator.reasons()).get('DRAINING');
      const agents = await crowd(server);
      const late = await server.createAgent('late');
      const peers = await idlePeers(server);
      const exit = server.terminate();
      await until(
        'the listener is closed',
        async () => (await connectError(server.plain)) === 'ECONNREFUSED',
      );
      const answer = await firstAnswer(peers, upgradeRequest(late.id, late.secret));
      for (const agent of agents) assert.equal((await agent.ended()).code, 1012);
      assert.deepEqual(await exit, { code: 0, signal: null });
      await server.start();
      await checkRefusal(server, { reason: 'DRAINING', traits, answer, status: 503 });
    } finally {
      await server.close();
    }
  });

  test('an HTTP call while draining is refused with 503, and the ledger has it', async () => {
    const server = await startServer(['--drain-window', '2s']);
    try {
      const { traits } = (await server.operator.reasons()).get('DRAINING');
      const agents = await crowd(server);
      const pollers = await idlePeers(server);
      const exit = server.terminate();
      await until(
        'the listener is closed',
        async () => (await connectError(server.plain)) === 'ECONNREFUSED',
      );
      const sync = httpRequest('POST', '/edge/sync', { 'X-Edge-Agent-Id': 'draining-0' }, {});
      const answer = await firstAnswer(pollers, sync);
      for (const agent of agents) assert.equal((await agent.ended()).code, 1012);
      assert.deepEqual(await exit, { code: 0, signal: null });
      await server.start();
      await checkRefusal(server, { reason: 'DRAINING', traits, answer, status: 503 });
    } finally {
      await server.close();
    }
  });

  test('what was queued while it went down is delivered in the next life', async () => {
    const server = await startServer();
    try {
      const commands = new Commands(server);
      const a = await server.createAgent('over-restart');
      const agent = await Agent.open(server, a.id, a.secret);
      const sent = await commands.send(a.id, 'half-way');
      await agent.nextCommand();
      assert.deepEqual(await server.terminate(), { code: 0, signal: null });
      assert.equal((await agent.ended()).code, 1012);
      await server.start();
      const back = await Agent.open(server, a.id, a.secret);
      assert.equal((await back.nextCommand()).command_id, sent.command_id);
      await back.close(1000);
    } finally {
      await server.close();
    }
  });

  test('SIGINT does the same', async () => {
    const server = await startServer();
    try {
      const a = await server.createAgent('interrupted');
      const agent = await Agent.open(server, a.id, a.secret);
      server.operator.close();
      server.signal('SIGINT');
      assert.equal((await agent.ended()).code, 1012);
      assert.deepEqual(await server.exited(), { code: 0, signal: null });
    } finally {
      await server.close();
    }
  });
});

describe('an agent that leaves', () => {
  let server;
  before(
    async () =>
      (server = await startServer([
        '--session-idle-timeout',
        '1s',
        '--messages-per-minute',
        '1000',
        '--close-timeout',
        '500ms',
      ])),
  );
  after(() => server?.close());

  // An agent's session has ended, and been counted for this reason.
  const counted = (reason, atLeast = 1) =>
    server.metricReaches('edgeplane_connections_closed_total', { reason }, atLeast);

  test('with 1000 is answered with 1000', async () => {
    const a = await server.createAgent('leaves-1000');
    const agent = await Agent.open(server, a.id, a.secret);
    assert.equal((await agent.close(1000)).code, 1000);
    await counted('PEER_CLOSED');
  });

  test('without a code is answered with 1000', async () => {
    const peer = await openRaw(server, await server.createAgent('leaves-codeless'));
    peer.write(frame(CLOSE));
    const answer = await peer.closeFrame();
    assert.equal(answer.code, 1000);
    await peer.ended();
  });

  test('with a code of its own is answered with that code', async () => {
    const peer = await openRaw(server, await server.createAgent('leaves-4321'));
    peer.write(frame(CLOSE, Buffer.from([4321 >> 8, 4321 & 255, ...Buffer.from('bye')])));
    assert.equal((await peer.closeFrame()).code, 4321);
    await peer.ended();
  });

  test('without a word is noticed, and its session ends', async () => {
    const a = await server.createAgent('vanishes');
    const agent = await Agent.open(server, a.id, a.secret);
    await agent.cut();
    await counted('PEER_GONE');
    await until(
      'the session is gone',
      async () => (await server.operator.call('GetAgent', { agent_id: a.id })).session === null,
    );
  });

  test('silently is closed with 4008', async () => {
    const peer = await openRaw(server, await server.createAgent('silent'));
    assert.equal((await peer.closeFrame()).code, 4008);
    await peer.ended();
    await counted('IDLE_TIMEOUT');
  });

  test('any frame counts as a sign of life', async () => {
    const peer = await openRaw(server, await server.createAgent('pinging'));
    const silent = await openRaw(server, await server.createAgent('silent-beside'));
    const pinging = setInterval(() => peer.write(frame(PING, 'x')), 100);
    try {
      // The other one is closed for its silence; this one, as old, is not.
      assert.equal((await silent.closeFrame()).code, 4008);
      const { opcode, payload } = await peer.frame();
      assert.deepEqual([opcode, payload.toString()], [PONG, 'x']);
      assert.equal(peer.isClosed, false);
    } finally {
      clearInterval(pinging);
      peer.destroy();
      silent.destroy();
    }
  });
});
