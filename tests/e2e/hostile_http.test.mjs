// Bytes that no honest client sends, before the upgrade: each gets a clear
// answer, is counted, and harms nobody else.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { checkRefusal, countedOnce, rowsOf } from './lib/ledger.mjs';
import { RawPeer, exchange, upgradeRequest } from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let reasons;
let attacker;
let bystander;

before(async () => {
  server = await startServer();
  reasons = await server.operator.reasons();
  attacker = await server.createAgent('attacker');
  const { id, secret } = await server.createAgent('bystander');
  bystander = await Agent.open(server, id, secret);
});
// Whatever one of them does, the others are served.
afterEach(() => bystander.ping());
after(() => server?.close());

const line = (text) => `${text}\r\nHost: localhost\r\n\r\n`;
const head = `GET /edge/ws?edge_agent_id=attacker HTTP/1.1\r\nHost: localhost\r\n`;

// {what is wrong: bytes}
const malformed = {
  'no HTTP at all': 'hello\r\n\r\n',
  'binary rubbish': Buffer.from('00ff00ff0d0a0d0a', 'hex'),
  'TLS on the plain port': Buffer.from('16030100c8010000c40303', 'hex'),
  'a request line without a version': line('GET /edge/ws'),
  'a request line with two spaces': line('GET  /edge/ws HTTP/1.1'),
  'a request line without a target': line('GET HTTP/1.1'),
  'a version that does not exist': line('GET /edge/ws HTTP/9.9'),
  'a lower-case version': line('GET /edge/ws http/1.1'),
  'a target that is no path': line('GET edge/ws HTTP/1.1'),
  'a half percent escape': line('GET /edge/ws?edge_agent_id=%4 HTTP/1.1'),
  'a control character in the target': line('GET /edge/\x01ws HTTP/1.1'),
  'no Host': 'GET /edge/ws HTTP/1.1\r\n\r\n',
  'two Hosts': `${head}Host: other\r\n\r\n`,
  'Transfer-Encoding: chunked': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'Transfer-Encoding and length': `${head}Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n`,
  'two Content-Lengths': `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`,
  'a Content-Length that is no number': `${head}Content-Length: -1\r\n\r\n`,
  'a folded header (obs-fold)': `${head}X-Folded: one\r\n two\r\n\r\n`,
  'a bare LF': 'GET /edge/ws HTTP/1.1\nHost: localhost\n\n',
  'a bare CR in a header': `${head}X-Cr: a\rb\r\n\r\n`,
  'a NUL in a header': `${head}X-Nul: a\0b\r\n\r\n`,
  'a header without a colon': `${head}no colon\r\n\r\n`,
  'a space before the colon': `${head}X-Space : 1\r\n\r\n`,
  'a header without a name': `${head}: 1\r\n\r\n`,
};

describe('malformed HTTP', () => {
  for (const [what, bytes] of Object.entries(malformed)) {
    test(what, async () => {
      const { traits } = reasons.get('MALFORMED_REQUEST');
      const answer = await countedOnce(server, { reason: 'MALFORMED_REQUEST', traits }, () =>
        exchange(server, bytes),
      );
      const row = await checkRefusal(server, {
        reason: 'MALFORMED_REQUEST',
        traits,
        answer,
        status: 400,
      });
      assert.notEqual(row.detail, '', 'the detail says which rule is broken');
    });
  }

  test('what stands in a header reaches neither the log nor the ledger unescaped', async () => {
    // 0x9b is a terminal's one-byte escape; HTTP lets it pass (RFC 9110, 5.5), unlike ESC.
    const forged = 'x" level=error event=forged \x9b31m';
    await exchange(
      server,
      upgradeRequest('attacker', 'wrong-but-long-enough', { 'User-Agent': forged }),
    );
    const row = await until(
      'it is in the ledger',
      async () =>
        (
          await rowsOf(server, {
            agent_id: 'attacker',
            reasons: ['SECRET_MISMATCH', 'MALFORMED_REQUEST'],
          })
        )[0],
    );
    assert.ok(!row.presented.user_agent.includes('\x9b'));
    assert.ok(!server.stderr.includes('\x9b'));
  });
});

describe('too large', () => {
  const id = 'attacker';
  const large = {
    'one header over 8 KiB': [
      431,
      () => upgradeRequest(id, attacker.secret, { 'X-Filler': 'x'.repeat(9000) }),
    ],
    'many small headers over 8 KiB': [
      431,
      () => upgradeRequest(id, attacker.secret, { 'X-F': Array(1000).fill('0123456789') }),
    ],
    'a header block that never ends': [
      431,
      () => `${head}${'X-Filler: 0123456789\r\n'.repeat(5000)}`,
    ],
    'a URL over 2 KiB': [
      414,
      () =>
        upgradeRequest(
          id,
          attacker.secret,
          {},
          `GET /edge/ws?edge_agent_id=${'a'.repeat(2100)} HTTP/1.1`,
        ),
    ],
    'a request line that never ends': [414, () => `GET /${'a'.repeat(100_000)}`],
    'a body over 256 KiB': [
      413,
      () => 'GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 262145\r\n\r\n',
    ],
  };
  for (const [what, [status, bytes]] of Object.entries(large)) {
    test(what, async () => {
      const { traits } = reasons.get('REQUEST_TOO_LARGE');
      const answer = await countedOnce(server, { reason: 'REQUEST_TOO_LARGE', traits }, () =>
        exchange(server, bytes()),
      );
      await checkRefusal(server, { reason: 'REQUEST_TOO_LARGE', traits, answer, status });
    });
  }

  test('just under the limits is served', async () => {
    const answer = await exchange(
      server,
      upgradeRequest(
        id,
        attacker.secret,
        { 'X-Filler': 'x'.repeat(7000) },
        `GET /edge/ws?edge_agent_id=${id}&x=${'x'.repeat(1900)} HTTP/1.1`,
      ),
    );
    assert.equal(answer.status, 101);
  });
});

describe('connections that are no use', () => {
  test('a connection that ends without a word, or in the middle of one', async () => {
    for (const bytes of [
      '',
      'GET /edge',
      upgradeRequest('attacker', attacker.secret).slice(0, -2),
    ]) {
      const peer = await RawPeer.connect(server.plain);
      peer.write(bytes);
      peer.destroy();
    }
  });

  test('an upgrade whose client is gone before the answer leaves no session behind', async () => {
    const peer = await RawPeer.connect(server.plain);
    peer.write(upgradeRequest('attacker', attacker.secret));
    peer.destroy();
    // Its session, if there ever was one, ends; the next one is the agent's own.
    const agent = await Agent.open(server, 'attacker', attacker.secret);
    await agent.ping();
    await agent.close(1000);
    await until(
      'no session is left',
      async () =>
        (await server.operator.call('GetAgent', { agent_id: 'attacker' })).session === null,
    );
  });

  test('bytes that follow a refused request are not read as another', async () => {
    const peer = await RawPeer.connect(server.plain);
    peer.write(
      `${head}Transfer-Encoding: chunked\r\n\r\n` + upgradeRequest('attacker', attacker.secret),
    );
    assert.equal((await peer.answer()).status, 400);
    await peer.ended();
    assert.equal(peer.bytes.length, 0);
  });
});

describe('the gRPC port', () => {
  test('bytes that are no protobuf are an error, and nothing more', async () => {
    const rubbish = Buffer.from('ffffffffff', 'hex');
    for (const method of ['CreateAgent', 'SendCommand', 'ListRefusals', 'GetFleetStatus']) {
      const error = await server.operator
        .callRaw(`/edgeplane.v1.AdminService/${method}`, rubbish)
        .catch((e) => e);
      // INVALID_ARGUMENT, UNIMPLEMENTED (what gRPC 1.51 says) or INTERNAL
      assert.ok([3, 12, 13].includes(error.code), `${method}: ${error}`);
    }
    await server.operator.call('GetFleetStatus');
  });

  test('a service or method that is not there is UNIMPLEMENTED', async () => {
    const error = await server.operator
      .callRaw('/edgeplane.v1.AdminService/Nope', Buffer.alloc(0))
      .catch((e) => e);
    assert.equal(error.code, 12);
  });

  test('HTTP/1.1 is not served, and harms nothing', async () => {
    const peer = await RawPeer.connect(server.grpc);
    peer.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await peer.ended();
    peer.destroy();
    await server.operator.call('GetFleetStatus');
  });

  test('no admin token, or a wrong one, is UNAUTHENTICATED for every method', async () => {
    for (const token of [null, 'wrong', `${server.adminToken}x`, attacker.secret]) {
      for (const method of server.operator.methodNames.filter((name) => name !== 'WatchCommand')) {
        await assert.rejects(
          server.operator.call(method, {}, { token }),
          { code: 16, reason: 'TOKEN_REQUIRED', domain: 'edgeplane' },
          `${method} with ${token === null ? 'no' : 'another'} token`,
        );
      }
    }
  });
});
