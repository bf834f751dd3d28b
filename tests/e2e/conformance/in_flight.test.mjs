// The agent protocol: agents have no memory of command ids, so a command
// delivered twice is executed twice. One queue serves both channels.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from '../lib/agent.mjs';
import { Commands } from '../lib/commands.mjs';
import { Poller } from '../lib/http.mjs';
import { startServer } from '../lib/server.mjs';
import { duration } from '../lib/struct.mjs';
import { until } from '../lib/wait.mjs';

let server;
let commands;
before(async () => {
  server = await startServer(['--sync-redelivery-after', '1s', '--sweep-interval', '50ms']);
  commands = new Commands(server);
});
after(() => server?.close());

let count = 0;
async function newAgent() {
  const a = await server.createAgent(`f${++count}`);
  return {
    ...a,
    open: () => Agent.open(server, a.id, a.secret),
    poller: new Poller(server, a.id, a.secret),
  };
}

const idsOf = (list) => list.map((command) => command.command_id);

describe('a command that is in flight on one channel is not handed out on another', () => {
  test('delivered over the WebSocket, it is not in a sync', async () => {
    const a = await newAgent();
    const agent = await a.open();
    const sent = await commands.send(a.id, 'once');
    assert.equal((await agent.nextCommand()).command_id, sent.command_id);
    assert.deepEqual((await a.poller.sync()).commands, []);
    agent.ack(sent.command_id, 'received');
    await commands.reaches(sent, 'RECEIVED');
    assert.deepEqual((await a.poller.sync()).commands, []);
    await agent.close(1000);
    assert.deepEqual((await a.poller.sync()).commands, [], 'the agent has it');
    assert.equal((await a.poller.ack(sent.command_id, true)).status, 200);
    assert.equal((await commands.get(sent)).state, 'COMPLETED');
  });

  test('delivered by a sync, it does not come over the WebSocket', async () => {
    const a = await newAgent();
    const sent = await commands.send(a.id, 'once');
    assert.deepEqual(idsOf(await a.poller.take()), [sent.command_id]);
    await a.poller.sync(); // says that it has it
    const agent = await a.open();
    await agent.ping();
    agent.ack(sent.command_id, 'completed');
    const now = await commands.reaches(sent, 'COMPLETED');
    assert.deepEqual(
      now.history.map((step) => [step.state, step.channel]),
      [
        ['QUEUED', 'API'],
        ['DELIVERED', 'HTTP'],
        ['RECEIVED', 'HTTP'],
        ['COMPLETED', 'WEBSOCKET'],
      ],
    );
    await agent.close(1000);
  });

  test('the end of a WebSocket does not give back what a sync has delivered', async () => {
    const a = await newAgent();
    const slow = await startServer(); // the redelivery of this one is far away
    try {
      const b = await slow.createAgent('both');
      const agent = await Agent.open(slow, b.id, b.secret);
      const poller = new Poller(slow, b.id, b.secret);
      await agent.cut();
      await until('the session ends', async () => {
        const now = await slow.operator.call('GetAgent', { agent_id: b.id });
        return !now.session;
      });
      const sent = await new Commands(slow).send(b.id, 'held', {}, { max_deliveries: 1 });
      assert.deepEqual(idsOf((await poller.sync()).commands), [sent.command_id]);
      const again = await Agent.open(slow, b.id, b.secret);
      await again.ping();
      await again.cut();
      const third = await Agent.open(slow, b.id, b.secret);
      await third.ping();
      assert.equal((await new Commands(slow).get(sent)).state, 'DELIVERED');
      await third.close(1000);
    } finally {
      await slow.close();
    }
    assert.ok(a);
  });
});

describe('one that was delivered and not acknowledged when its connection ended is redelivered only as its max_deliveries allows', () => {
  for (const [how, end] of [
    ['a cut', (agent) => agent.cut()],
    ['a close', (agent) => agent.close(1000)],
  ]) {
    test(`0: until it expires, at least once: after ${how} the sync has it`, async () => {
      const a = await newAgent();
      const agent = await a.open();
      const sent = await commands.send(a.id, 'again');
      await agent.nextCommand();
      await end(agent);
      await commands.reaches(sent, 'QUEUED');
      assert.deepEqual(idsOf((await a.poller.sync()).commands), [sent.command_id]);
      assert.equal((await commands.get(sent)).deliveries, 2);
    });
  }

  test('1: at most once, and it ends as IN_DOUBT', async () => {
    const a = await newAgent();
    const agent = await a.open();
    const sent = await commands.send(a.id, 'careful', {}, { max_deliveries: 1 });
    await agent.nextCommand();
    await agent.cut();
    await commands.reaches(sent, 'IN_DOUBT');
    assert.deepEqual((await a.poller.sync()).commands, []);
  });

  test('by a sync: after sync-redelivery-after it is handed out again, on either channel', async () => {
    const a = await newAgent();
    const sent = await commands.send(a.id, 'lost-answer');
    assert.deepEqual(idsOf((await a.poller.sync()).commands), [sent.command_id]);
    const again = await until('it is handed out again', async () => {
      const { commands: got } = await a.poller.sync();
      return got.length > 0 && got;
    });
    assert.deepEqual(idsOf(again), [sent.command_id]);
    const agent = await a.open();
    assert.equal((await agent.nextCommand()).command_id, sent.command_id);
    await agent.close(1000);
  });

  test('by a sync, with max_deliveries 1: IN_DOUBT', async () => {
    const a = await newAgent();
    const sent = await commands.send(a.id, 'lost-answer', {}, { max_deliveries: 1 });
    assert.equal((await a.poller.sync()).commands.length, 1);
    await commands.reaches(sent, 'IN_DOUBT');
    assert.deepEqual((await a.poller.sync()).commands, []);
  });
});

describe('last_command_id', () => {
  test('says what the agent has got: that, and what came with it, is not handed out again', async () => {
    const a = await newAgent();
    const [one, two] = [await commands.send(a.id, 'one'), await commands.send(a.id, 'two')];
    assert.deepEqual(idsOf(await a.poller.take()), [one.command_id, two.command_id]);
    assert.deepEqual(await a.poller.take(), []);
    for (const sent of [one, two]) assert.equal((await commands.get(sent)).state, 'RECEIVED');
    // Said again and again, it is in the history once.
    for (let i = 0; i < 3; i++) assert.deepEqual(await a.poller.take(), []);
    assert.equal((await commands.get(two)).history.length, 3);
  });

  test('got over the WebSocket that broke, it is not handed out again either', async () => {
    const a = await newAgent();
    const agent = await a.open();
    const sent = await commands.send(a.id, 'over-there');
    a.poller.lastCommandId = (await agent.nextCommand()).command_id;
    await agent.cut();
    await commands.reaches(sent, 'QUEUED');
    assert.deepEqual(await a.poller.take(), []);
    assert.equal((await commands.get(sent)).state, 'RECEIVED');
  });

  for (const value of ['', 'no uuid', 17, '0190a1b2-0000-7000-8000-00000000dead', undefined]) {
    test(`that means nothing (${JSON.stringify(value)}) does no harm`, async () => {
      const a = await newAgent();
      const sent = await commands.send(a.id, 'x');
      const { commands: got } = await a.poller.sync({ last_command_id: value });
      assert.deepEqual(idsOf(got), [sent.command_id]);
    });
  }
});

describe('polling agents sync sometimes twice within milliseconds, and while their WebSocket is up', () => {
  test('two syncs do not get the same command', async () => {
    const a = await newAgent();
    for (let round = 0; round < 10; round++) {
      const sent = [];
      for (let i = 0; i < 3; i++) sent.push(await commands.send(a.id, 'c', {}, { max_deliveries: 1 }));
      const answers = await Promise.all([a.poller.sync(), a.poller.sync(), a.poller.sync()]);
      const got = answers.flatMap((answer) => idsOf(answer.commands));
      assert.deepEqual(got.sort(), sent.map((c) => c.command_id).sort());
      for (const id of got) assert.equal((await a.poller.ack(id, true)).status, 200);
    }
  });

  test('one queue: each command arrives on one channel', async () => {
    const a = await newAgent();
    const agent = await a.open();
    const arrived = [];
    const sent = [];
    for (let i = 0; i < 20; i++) {
      const [command, sync] = await Promise.all([
        commands.send(a.id, 'c', {}, { max_deliveries: 1 }),
        a.poller.sync(),
      ]);
      sent.push(command.command_id);
      arrived.push(...idsOf(sync.commands));
    }
    arrived.push(...idsOf((await a.poller.sync()).commands));
    while (arrived.length < sent.length) arrived.push((await agent.nextCommand()).command_id);
    assert.deepEqual(arrived.sort(), sent.sort());
    await agent.ping();
    await agent.close(1000);
  });
});

describe('with the same states and the same acknowledgements', () => {
  test('immediate before normal in a sync, each in the order sent', async () => {
    const a = await newAgent();
    const sent = {};
    for (const [name, priority] of [['n1'], ['i1', 'IMMEDIATE'], ['n2'], ['i2', 'IMMEDIATE']]) {
      sent[name] = (await commands.send(a.id, name, {}, { priority })).command_id;
    }
    const { commands: got } = await a.poller.sync();
    assert.deepEqual(got.map((c) => c.command_type), ['i1', 'i2', 'n1', 'n2']);
    assert.deepEqual(got.map((c) => c.priority), ['immediate', 'immediate', 'normal', 'normal']);
  });

  test('what has expired or was cancelled is in no sync', async () => {
    const a = await newAgent();
    const expired = await commands.send(a.id, 'late', {}, { ttl: duration(1) });
    const cancelled = await commands.send(a.id, 'not-needed');
    await commands.cancel(cancelled);
    await commands.reaches(expired, 'EXPIRED');
    assert.deepEqual((await a.poller.sync()).commands, []);
  });

  test('a command delivered over the WebSocket may be acknowledged over HTTP, and the other way round', async () => {
    const a = await newAgent();
    const agent = await a.open();
    const one = await commands.send(a.id, 'one');
    await agent.nextCommand();
    assert.equal((await a.poller.ack(one.command_id, false, { error: 'no' })).status, 200);
    const failed = await commands.get(one);
    assert.deepEqual([failed.state, failed.error], ['FAILED', 'no']);
    await agent.close(1000);
  });
});
