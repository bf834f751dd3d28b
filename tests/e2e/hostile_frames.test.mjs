// Frames and messages that no honest agent sends: a close code or a count for
// each, and nobody else notices.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { BINARY, CLOSE, PING, PONG, TEXT, frame, openRaw } from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';

const KiB = 1024;
const CONTINUATION = 0;

let server;
let attacker;
let bystander;
before(async () => {
  // The attacker makes one attempt for each case.
  server = await startServer(['--upgrade-attempts-per-minute', '1000']);
  attacker = await server.createAgent('attacker');
  const { id, secret } = await server.createAgent('bystander');
  bystander = await Agent.open(server, id, secret);
});
afterEach(() => bystander.ping());
after(() => server?.close());

const value = async (name, labels) => (await server.metrics()).value(name, labels);

// The frames end the session with this code, and it is counted for this reason.
async function closes(bytes, code, reason) {
  const before = await value('edgeplane_connections_closed_total', { reason });
  const peer = await openRaw(server, attacker);
  peer.write(bytes);
  const close = await peer.closeFrame();
  assert.equal(close?.code, code);
  assert.equal(close.masked, false);
  peer.destroy();
  await server.metricReaches('edgeplane_connections_closed_total', { reason }, before + 1);
}

const closeWith = (code, reason = '') => {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return frame(CLOSE, Buffer.concat([payload, Buffer.from(reason)]));
};

describe('broken framing is closed with 1002', () => {
  const broken = {
    'an unmasked frame': frame(TEXT, '{"type":"ping"}', { masked: false }),
    'RSV1, as compression would set it': frame(TEXT, 'x', { reserved: 0x40 }),
    RSV2: frame(TEXT, 'x', { reserved: 0x20 }),
    RSV3: frame(TEXT, 'x', { reserved: 0x10 }),
    'a reserved data opcode': frame(3, 'x'),
    'a reserved control opcode': frame(0xb, 'x'),
    'a ping of 126 bytes': frame(PING, 'x'.repeat(126)),
    'a close of 126 bytes': closeWith(1000, 'x'.repeat(124)),
    'a ping in fragments': frame(PING, 'x', { fin: false }),
    'a continuation of nothing': frame(CONTINUATION, 'x'),
    'a message inside a message': Buffer.concat([
      frame(TEXT, '{"a', { fin: false }),
      frame(TEXT, '":1}'),
    ]),
    'a close with one byte': frame(CLOSE, 'x'),
    'a close with 1005, which is never sent': closeWith(1005),
    'a close with 1006, which is never sent': closeWith(1006),
    'a close with 999': closeWith(999),
  };
  for (const [what, bytes] of Object.entries(broken)) {
    test(what, () => closes(bytes, 1002, 'PROTOCOL_ERROR'));
  }
});

describe('text that is not UTF-8 is closed with 1007', () => {
  const invalid = {
    'a lone continuation byte': [0x80],
    'an overlong slash': [0xc0, 0xaf],
    'a surrogate': [0xed, 0xa0, 0x80],
    'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'a character cut short': [0xe2, 0x98],
  };
  for (const [what, bytes] of Object.entries(invalid)) {
    test(what, () => closes(frame(TEXT, Buffer.from(bytes)), 1007, 'INVALID_PAYLOAD'));
  }
  test('a close reason that is not UTF-8', async () => {
    const peer = await openRaw(server, attacker);
    peer.write(frame(CLOSE, Buffer.from([0x03, 0xe8, 0xff])));
    assert.ok([1002, 1007].includes((await peer.closeFrame()).code));
    peer.destroy();
  });
});

describe('too much', () => {
  test('a message over 256 KiB is closed with 1009', () =>
    closes(frame(TEXT, `"${'x'.repeat(256 * KiB)}"`), 1009, 'MESSAGE_TOO_BIG'));

  test('the announcement of a huge message is enough', () =>
    closes(frame(TEXT, 'x', { length: 2 ** 40 }), 1009, 'MESSAGE_TOO_BIG'));

  test('fragments that add up to too much', () =>
    closes(
      Buffer.concat([
        frame(TEXT, 'x'.repeat(200 * KiB), { fin: false }),
        frame(CONTINUATION, 'x'.repeat(100 * KiB)),
      ]),
      1009,
      'MESSAGE_TOO_BIG',
    ));

  test('a message of just 256 KiB is read', async () => {
    const agent = await Agent.open(server, attacker.id, attacker.secret);
    const filler = 256 * KiB - '{"type":"ping","x":""}'.length;
    agent.send(`{"type":"ping","x":"${'x'.repeat(filler)}"}`);
    assert.deepEqual(await agent.next(), { type: 'pong' });
    await agent.close(1000);
  });

  for (const [what, one] of [
    ['messages', frame(TEXT, '{"type":"ping"}')],
    ['protocol pings', frame(PING, '')],
    ['unasked pongs', frame(PONG, '')],
    ['malformed messages', frame(TEXT, '{')],
    [
      'fragments of nothing',
      Buffer.concat([frame(TEXT, '', { fin: false }), frame(CONTINUATION, '')]),
    ],
  ]) {
    test(`more ${what} than messages-per-minute are closed with 1008`, () =>
      closes(Buffer.concat(Array(140).fill(one)), 1008, 'MESSAGE_RATE'));
  }
});

describe('unusual, and served', () => {
  const pong = { type: 'pong' };
  const ping = '{"type":"ping"}';
  const served = {
    'a message in three fragments, with a ping between': Buffer.concat([
      frame(TEXT, ping.slice(0, 3), { fin: false }),
      frame(PING, 'beside'),
      frame(CONTINUATION, '', { fin: false }),
      frame(CONTINUATION, ping.slice(3)),
    ]),
    'a character split over fragments': Buffer.concat([
      frame(TEXT, Buffer.from([...Buffer.from('{"type":"ping","x":"'), 0xe2]), { fin: false }),
      frame(CONTINUATION, Buffer.from([0x98, 0x83, ...Buffer.from('"}')])),
    ]),
    'a length in more bytes than it needs, by way of white space': frame(
      TEXT,
      ping + ' '.repeat(70_000),
    ),
    'members in another order, and some nobody knows': frame(
      TEXT,
      '{"data":null,"v":[1,{}],"type":"ping"}',
    ),
  };
  for (const [what, bytes] of Object.entries(served)) {
    test(what, async () => {
      const peer = await openRaw(server, attacker);
      peer.write(bytes);
      let got = await peer.frame();
      if (got.opcode === PONG) got = await peer.frame();
      assert.deepEqual(JSON.parse(got.payload.toString()), pong);
      assert.deepEqual([got.opcode, got.fin, got.reserved, got.masked], [TEXT, true, 0, false]);
      peer.destroy();
    });
  }

  test('bytes that arrive one by one', async () => {
    const peer = await openRaw(server, attacker);
    peer.socket.setNoDelay(true);
    for (const byte of frame(TEXT, ping)) {
      await new Promise((resolve) => peer.socket.write(Buffer.from([byte]), resolve));
    }
    assert.deepEqual(JSON.parse((await peer.frame()).payload.toString()), pong);
    peer.destroy();
  });
});

describe('messages that mean nothing are counted, and the connection lives', () => {
  const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
  const id = '0190a5b4-0000-7000-8000-000000000000';
  const ack = (data) => JSON.stringify({ type: 'command_ack', data });
  const meaningless = {
    malformed: [
      '',
      ' ',
      '{',
      '{"type":"ping"',
      '{"type":"ping"} x',
      "{'type':'ping'}",
      '{"type":"ping",}',
      'ping',
      'NaN',
      '[]',
      '"ping"',
      'null',
      '17',
      '{}',
      '{"type":null}',
      '{"type":1}',
      '{"type":["ping"]}',
      '{"Type":"ping"}',
      '{"type":"ping","type":"pong"}',
      '{"type":"ping","x":{"a":1,"a":2}}',
      '{"type":"pi\u0000ng"}',
      `{"type":"ping","x":${nested(33)}}`,
      nested(100_000),
      '{"type":"command_ack"}',
      '{"type":"command_ack","data":[]}',
      ack({}),
      ack({ command_id: 1, status: 'completed' }),
      ack({ command_id: id }),
      ack({ command_id: id, status: 7 }),
      ack({ command_id: id, status: 'done?' }),
      ack({ command_id: id, success: 'yes' }),
      ack({ command_id: `${id}'; DROP TABLE commands`, success: true }),
    ],
    unknown: [
      '{"type":"hello"}',
      '{"type":""}',
      `{"type":"${'x'.repeat(10_000)}"}`,
      '{"type":"pong"}',
    ],
    status: [
      '{"type":"status","data":{"scheduled_messages":3,"uptime_seconds":1.5,"more":{}}}',
      '{"type":"status"}',
    ],
    command_ack: [
      ack({ command_id: id, status: 'completed' }),
      ack({ command_id: id, success: false, error: null }),
    ],
  };
  for (const [type, texts] of Object.entries(meaningless)) {
    test(`${texts.length} counted as ${type}`, async () => {
      const before = await value('edgeplane_messages_received_total', { type });
      const agent = await Agent.open(server, attacker.id, attacker.secret);
      for (const text of texts) agent.send(text);
      await agent.ping(); // holds that nothing was answered before it
      assert.equal(
        (await value('edgeplane_messages_received_total', { type })) - before,
        texts.length,
      );
      await agent.close(1000);
    });
  }

  test('a binary frame with rubbish', async () => {
    const before = await value('edgeplane_messages_received_total', { type: 'malformed' });
    const peer = await openRaw(server, attacker);
    peer.write(
      Buffer.concat([frame(BINARY, Buffer.from([0, 255, 1, 254])), frame(TEXT, '{"type":"ping"}')]),
    );
    assert.deepEqual(JSON.parse((await peer.frame()).payload.toString()), { type: 'pong' });
    assert.equal(
      await value('edgeplane_messages_received_total', { type: 'malformed' }),
      before + 1,
    );
    peer.destroy();
  });
});
