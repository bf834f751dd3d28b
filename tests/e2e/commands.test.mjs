// A command is durable before it is promised, arrives, and every word the agent
// says about it is kept.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { RFC3339_UTC, UUID_V7 } from './lib/formats.mjs';
import { startServer } from './lib/server.mjs';
import { fromStruct, millisOf } from './lib/struct.mjs';

let server;
let commands;
before(async () => {
  server = await startServer();
  commands = new Commands(server);
});
after(() => server?.close());

const open = ({ id, secret }) => Agent.open(server, id, secret);

describe('delivery', () => {
  test('a command sent while the agent is away arrives when it connects', async () => {
    const a = await server.createAgent('away');
    const sent = await commands.send(a.id, 'set_rule', { rule: 7 });
    assert.equal(sent.state, 'QUEUED');
    const agent = await open(a);
    const received = await agent.nextCommand();
    assert.equal(received.command_id, sent.command_id);
    const delivered = await commands.reaches(sent, 'DELIVERED');
    assert.equal(delivered.deliveries, 1);
    await agent.close(1000);
  });

  test('a command sent to a connected agent arrives at once', async () => {
    const a = await server.createAgent('here');
    const agent = await open(a);
    const sent = await commands.send(a.id, 'noop');
    assert.equal((await agent.nextCommand()).command_id, sent.command_id);
    await agent.ping();
    await agent.close(1000);
  });

  test('the message is as agents know it: all inside data, nothing null', async () => {
    const a = await server.createAgent('shape');
    const agent = await open(a);
    const sent = await commands.send(
      a.id,
      'send message/ü',
      { to: '+1555', n: 1 },
      { priority: 'IMMEDIATE' },
    );
    const message = await agent.next();
    assert.deepEqual(Object.keys(message).sort(), ['data', 'type']);
    assert.equal(message.type, 'command');
    const {
      command_id: id,
      command_type: type,
      payload,
      priority,
      timestamp,
      ...rest
    } = message.data;
    assert.deepEqual(rest, {});
    assert.match(id, UUID_V7);
    assert.equal(id, sent.command_id);
    assert.equal(type, 'send message/ü');
    assert.deepEqual(payload, { to: '+1555', n: 1 });
    assert.equal(priority, 'immediate');
    assert.match(timestamp, RFC3339_UTC);
    assert.equal(
      Math.floor(Date.parse(timestamp) / 1000),
      Math.floor(millisOf(sent.create_time) / 1000),
    );

    await commands.send(a.id, 'plain');
    const normal = await agent.nextCommand();
    assert.deepEqual(normal.payload, {});
    assert.ok(normal.priority === undefined || normal.priority === 'normal');
    assert.ok(!Object.values(normal).includes(null));
    await agent.close(1000);
  });

  test('immediate ones go first, each kind in the order it was sent', async () => {
    const a = await server.createAgent('order');
    for (const [type, priority] of [
      ['n1', 'NORMAL'],
      ['n2', 'NORMAL'],
      ['i1', 'IMMEDIATE'],
      ['n3', 'NORMAL'],
      ['i2', 'IMMEDIATE'],
    ]) {
      await commands.send(a.id, type, {}, { priority });
    }
    const agent = await open(a);
    const order = [];
    for (let i = 0; i < 5; i++) order.push((await agent.nextCommand()).command_type);
    assert.deepEqual(order, ['i1', 'i2', 'n1', 'n2', 'n3']);
    await agent.close(1000);
  });

  test('a payload comes out as it went in', async () => {
    const payload = {
      text: 'zeile\n"quoted" \\ \u0000 \u2028 ☃ 😀',
      empty: '',
      zero: 0,
      negative: -1.5,
      large: 2 ** 53,
      tiny: 1e-7,
      yes: true,
      no: false,
      nothing: null,
      list: [1, 'two', [], {}, null],
      nested: { a: { b: { c: [{ d: 1 }] } } },
    };
    const a = await server.createAgent('payload');
    const sent = await commands.send(a.id, 'echo', payload);
    assert.deepEqual(fromStruct(sent.payload), payload);
    const agent = await open(a);
    assert.deepEqual((await agent.nextCommand()).payload, payload);
    assert.deepEqual(fromStruct((await commands.get(sent)).payload), payload);
    await agent.close(1000);
  });

  test('a queue longer than what may be under way to one agent arrives whole', async () => {
    const a = await server.createAgent('long-queue');
    const types = Array.from({ length: 100 }, (_, i) => `t${i}`);
    for (const type of types) await commands.send(a.id, type, { filler: 'x'.repeat(8000) });
    const agent = await open(a);
    const received = [];
    for (const _ of types) {
      const command = await agent.nextCommand();
      received.push(command.command_type);
      agent.ack(command.command_id, 'completed');
    }
    assert.deepEqual(received, types);
    await agent.close(1000);
  });
});

describe('redelivery', () => {
  test('max_deliveries 1: a cut leaves it IN_DOUBT, and it is not sent again', async () => {
    const a = await server.createAgent('at-most-once');
    const sent = await commands.send(a.id, 'pay', {}, { max_deliveries: 1 });
    const first = await open(a);
    await first.nextCommand();
    await commands.reaches(sent, 'DELIVERED');
    await first.cut();
    const ended = await commands.reaches(sent, 'IN_DOUBT');
    assert.equal(ended.deliveries, 1);
    const marker = await commands.send(a.id, 'marker');
    const second = await open(a);
    assert.equal((await second.nextCommand()).command_id, marker.command_id);
    await second.ping();
    await second.close(1000);
  });

  for (const [how, end] of [
    ['a cut', (agent) => agent.cut()],
    ['a close', (agent) => agent.close(1000)],
  ]) {
    test(`max_deliveries 0: after ${how} it is delivered again, first in the queue`, async () => {
      const a = await server.createAgent(`at-least-once-${how.length}`);
      const sent = await commands.send(a.id, 'sync');
      const first = await open(a);
      await first.nextCommand();
      await commands.reaches(sent, 'DELIVERED');
      await end(first);
      await commands.reaches(sent, 'QUEUED');
      await commands.send(a.id, 'later');
      const second = await open(a);
      assert.equal((await second.nextCommand()).command_id, sent.command_id);
      assert.equal((await second.nextCommand()).command_type, 'later');
      second.ack(sent.command_id, 'completed');
      assert.equal((await commands.reaches(sent, 'COMPLETED')).deliveries, 2);
      await second.close(1000);
    });
  }

  test('what the agent has is not delivered again; the next session may finish it', async () => {
    const a = await server.createAgent('has-it');
    const sent = await commands.send(a.id, 'long-job');
    const first = await open(a);
    await first.nextCommand();
    first.ack(sent.command_id, 'received');
    await commands.reaches(sent, 'RECEIVED');
    await first.cut();
    const marker = await commands.send(a.id, 'marker');
    const second = await open(a);
    assert.equal((await second.nextCommand()).command_id, marker.command_id);
    second.ack(sent.command_id, 'completed');
    assert.equal((await commands.reaches(sent, 'COMPLETED')).deliveries, 1);
    await second.close(1000);
  });
});

describe('sending', () => {
  test('an idempotency key makes sending twice harmless', async () => {
    const a = await server.createAgent('idempotent');
    const more = { idempotency_key: 'order-4711' };
    const first = await commands.send(a.id, 'buy', { n: 1, m: 2 }, more);
    const again = await commands.send(a.id, 'buy', { m: 2, n: 1 }, more);
    assert.equal(again.command_id, first.command_id);
    await assert.rejects(commands.send(a.id, 'buy', { n: 2 }, more), {
      code: 6,
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    const other = await server.createAgent('idempotent-2');
    assert.notEqual(
      (await commands.send(other.id, 'buy', { n: 1 }, more)).command_id,
      first.command_id,
    );
    const agent = await open(a);
    assert.equal((await agent.nextCommand()).command_id, first.command_id);
    await agent.ping();
    await agent.close(1000);
  });

  test('what cannot be sent is an error that names the field', async () => {
    const { id } = await server.createAgent('strict');
    const refused = [
      [
        { agent_id: 'nobody', type: 'x' },
        { code: 5, reason: 'AGENT_NOT_FOUND' },
      ],
      [
        { agent_id: id, type: '' },
        { code: 3, reason: 'INVALID_FIELD', violations: ['type'] },
      ],
      [
        { agent_id: id, type: 'x'.repeat(129) },
        { code: 3, reason: 'INVALID_FIELD', violations: ['type'] },
      ],
      [
        { agent_id: id, type: 'x', max_deliveries: 101 },
        { code: 3, violations: ['max_deliveries'] },
      ],
      [
        { agent_id: id, type: 'x', ttl: { seconds: 0, nanos: 1 } },
        { code: 3, violations: ['ttl'] },
      ],
      [
        { agent_id: id, type: 'x', idempotency_key: 'é' },
        { code: 3, violations: ['idempotency_key'] },
      ],
      [
        {
          agent_id: id,
          type: 'x',
          payload: { fields: { a: { string_value: 'x'.repeat(70_000) } } },
        },
        { code: 3, violations: ['payload'] },
      ],
    ];
    for (const [request, error] of refused) {
      await assert.rejects(server.operator.call('SendCommand', request), error);
    }
    assert.deepEqual(await commands.list({ agent_id: id }), []);
  });
});
