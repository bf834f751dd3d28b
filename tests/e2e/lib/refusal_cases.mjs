// One attempt for each reason a default server can refuse for.
import assert from 'node:assert/strict';
import tls from 'node:tls';
import { refusalOf } from './agent.mjs';
import { hmacToken, randomSecret } from './credentials.mjs';
import { RawPeer, exchange, upgradeRequest } from './raw.mjs';

const HOUR = 3600;

// Agents the attempts are made with.
export async function populate(server) {
  const world = {
    known: await server.createAgent('known', { user_phone: '+15551230001' }),
    other: await server.createAgent('other', { user_phone: '+15551230002' }),
    disabled: await server.createAgent('disabled'),
    elsewhere: await server.createAgent('elsewhere', {
      allowed_addresses: ['10.0.0.0/8', '2001:db8::/32'],
    }),
    wrong: server.secrecy.keep(randomSecret()),
  };
  await server.operator.call('DisableAgent', { agent_id: 'disabled', reason: 'e2e' });
  return world;
}

// A TLS client whose hello the server cannot accept: gives null, as nothing is
// answered.
function oldTlsClient({ host, port }) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      rejectUnauthorized: false,
    });
    socket.on('secureConnect', () => reject(new Error('TLS 1.1 was accepted')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(null));
  });
}

async function plainToTls(server, bytes) {
  const peer = await RawPeer.connect(server.tls);
  peer.write(bytes);
  await peer.ended();
  assert.doesNotMatch(peer.bytes.toString('latin1'), /HTTP\/1\.1 101/);
  return null;
}

// The bytes of an HMAC token that claims what it likes.
function forgedToken(server, { secret, id, phone, age = 0 }) {
  return server.secrecy.keep(hmacToken(secret, id, phone, age));
}

// {name, reason, claims (agent id in the ledger), attempt (gives the answer, or
// null), row (more that must hold of the ledger's row)}
export function refusalCases(server, world) {
  const { known, other, disabled, elsewhere, wrong } = world;
  const raw = (change, requestLine) =>
    exchange(server, upgradeRequest(known.id, known.secret, change, requestLine));
  const path = (target) => `GET ${target} HTTP/1.1`;
  const mine = path(`/edge/ws?edge_agent_id=${known.id}`);
  const token = (change) => () =>
    refusalOf(server, known.id, forgedToken(server, { ...known, ...change }));
  const basic = Buffer.from(`known:${known.secret}`).toString('base64');
  const says = (pattern) => (row) => assert.match(row.detail, pattern);

  return [
    {
      name: 'plain HTTP on the TLS port',
      reason: 'TLS_HANDSHAKE_FAILED',
      claims: '',
      attempt: () => plainToTls(server, upgradeRequest(known.id, known.secret)),
      row: (row) => assert.notEqual(row.detail, ''),
    },
    {
      name: 'TLS 1.1',
      reason: 'TLS_HANDSHAKE_FAILED',
      claims: '',
      attempt: () => oldTlsClient(server.tls),
    },
    {
      name: 'no Host',
      reason: 'MALFORMED_REQUEST',
      status: 400,
      attempt: () => raw({ Host: null }),
      row: says(/Host/),
    },
    {
      name: 'a header block over its limit',
      reason: 'REQUEST_TOO_LARGE',
      status: 431,
      attempt: () => raw({ 'X-Filler': 'x'.repeat(9 * 1024) }),
    },
    {
      name: 'a URL over its limit',
      reason: 'REQUEST_TOO_LARGE',
      status: 414,
      attempt: () => raw({}, path(`/edge/ws?edge_agent_id=${known.id}&x=${'x'.repeat(2100)}`)),
    },
    {
      name: 'another path',
      reason: 'PATH_UNKNOWN',
      status: 404,
      attempt: () => raw({}, path('/edge/wss')),
      row: (row) => assert.equal(row.presented.path, '/edge/wss'),
    },
    {
      name: 'POST',
      reason: 'METHOD_NOT_ALLOWED',
      status: 405,
      attempt: () =>
        raw({ 'Content-Length': '0' }, `POST /edge/ws?edge_agent_id=${known.id} HTTP/1.1`),
      answer: (answer) => assert.match(answer.headers.allow, /GET/), // RFC 9110, 15.5.6
      row: (row) => assert.equal(row.presented.method, 'POST'),
    },
    {
      name: 'a proxy that strips Upgrade',
      reason: 'UPGRADE_HEADERS_MISSING',
      status: 426,
      attempt: () =>
        raw({
          Upgrade: null,
          Connection: 'close',
          Via: '1.1 proxy',
          'X-Forwarded-For': '203.0.113.7',
        }),
      answer: (answer) => assert.match(answer.headers.upgrade, /^websocket$/i), // RFC 9110, 15.5.22
      row: (row) => {
        assert.equal(row.forwarded_for, '203.0.113.7');
        assert.match(row.detail, /Sec-WebSocket-Key|Via|X-Forwarded-For/i);
      },
    },
    {
      name: 'HTTP/1.0',
      reason: 'UPGRADE_HEADERS_MISSING',
      status: 426,
      attempt: () => raw({ Connection: 'close', Upgrade: null }, `${mine.slice(0, -1)}0`),
    },
    {
      name: 'another WebSocket version',
      reason: 'WEBSOCKET_VERSION',
      status: 426,
      attempt: () => raw({ 'Sec-WebSocket-Version': '12' }),
      // RFC 6455, 4.4
      answer: (answer) => assert.equal(answer.headers['sec-websocket-version'], '13'),
    },
    {
      name: 'a browser page',
      reason: 'ORIGIN_FORBIDDEN',
      status: 403,
      attempt: () => raw({ Origin: 'https://evil.example' }),
    },
    {
      name: 'no id',
      reason: 'AGENT_ID_MISSING',
      status: 400,
      claims: '',
      attempt: () => raw({}, path('/edge/ws')),
    },
    {
      name: 'an id with a slash',
      reason: 'AGENT_ID_MALFORMED',
      status: 400,
      claims: '../known',
      attempt: () => raw({}, path('/edge/ws?edge_agent_id=../known')),
    },
    {
      name: 'two ids',
      reason: 'AGENT_ID_CONFLICT',
      status: 400,
      attempt: () => raw({ 'X-Edge-Agent-Id': other.id }),
    },
    {
      name: 'a token in the URL',
      reason: 'SECRET_IN_URL',
      status: 400,
      attempt: () => raw({}, path(`/edge/ws?edge_agent_id=${known.id}&token=${known.secret}`)),
      row: (row) => assert.equal(row.presented.path, '/edge/ws'),
    },
    {
      name: 'no Authorization',
      reason: 'CREDENTIALS_MISSING',
      status: 401,
      attempt: () => refusalOf(server, known.id, undefined),
    },
    {
      name: 'Basic',
      reason: 'AUTHORIZATION_MALFORMED',
      status: 401,
      attempt: () =>
        raw({
          Authorization: `Basic ${server.secrecy.keep(basic)}`,
        }),
      row: (row) => assert.ok(['Basic', ''].includes(row.presented.scheme)),
    },
    {
      name: 'an unknown agent',
      reason: 'AGENT_UNKNOWN',
      status: 401,
      claims: 'nobody',
      attempt: () => refusalOf(server, 'nobody', wrong),
    },
    {
      name: 'a wrong secret',
      reason: 'SECRET_MISMATCH',
      status: 401,
      attempt: () => refusalOf(server, known.id, wrong),
      row: (row) => {
        assert.equal(row.expected.fingerprint, known.agent.secret_fingerprint);
        assert.match(row.presented.fingerprint, /^[0-9a-f]{8}$/);
        assert.notEqual(row.presented.fingerprint, row.expected.fingerprint);
        assert.deepEqual(row.expected.secret_create_time, known.agent.secret_create_time);
        assert.equal(row.presented.credential_kind, 'raw secret');
        assert.equal(row.presented.scheme, 'Bearer');
        assert.match(row.presented.tls_version, /^TLSv1\.[23]$/);
        assert.ok(row.presented.header_names.some((name) => /^authorization$/i.test(name)));
      },
    },
    {
      name: "another agent's secret",
      reason: 'SECRET_MISMATCH',
      status: 401,
      attempt: () => refusalOf(server, known.id, other.secret),
      row: (row) => assert.equal(row.presented.fingerprint, other.agent.secret_fingerprint),
    },
    {
      name: 'a token without a time',
      reason: 'TOKEN_MALFORMED',
      status: 401,
      attempt: () =>
        refusalOf(
          server,
          known.id,
          server.secrecy.keep(
            Buffer.from(`${known.id}:${known.phone}:soon:${'0'.repeat(64)}`).toString('base64'),
          ),
        ),
      row: (row) => assert.notEqual(row.detail, ''),
    },
    {
      name: 'a token with a forged signature',
      reason: 'TOKEN_SIGNATURE',
      status: 401,
      attempt: token({ secret: wrong }),
      row: (row) => {
        assert.equal(row.presented.credential_kind, 'HMAC token');
        assert.equal(row.presented.token_subject, known.id);
        assert.notEqual(row.presented.token_time, null);
      },
    },
    {
      name: "another agent's token",
      reason: 'TOKEN_SUBJECT',
      status: 401,
      attempt: token(other),
      row: (row) => assert.equal(row.presented.token_subject, other.id),
    },
    {
      name: 'a token of yesterday',
      reason: 'TOKEN_EXPIRED',
      status: 401,
      attempt: token({ age: 25 * HOUR }),
    },
    {
      name: 'a token of tomorrow',
      reason: 'TOKEN_FROM_FUTURE',
      status: 401,
      attempt: token({ age: -HOUR }),
    },
    {
      name: 'a disabled agent',
      reason: 'AGENT_DISABLED',
      status: 403,
      claims: disabled.id,
      attempt: () => refusalOf(server, disabled.id, disabled.secret),
    },
    {
      name: 'an address outside the allowed ones',
      reason: 'ADDRESS_NOT_ALLOWED',
      status: 403,
      claims: elsewhere.id,
      attempt: () => refusalOf(server, elsewhere.id, elsewhere.secret),
      row: (row) =>
        assert.deepEqual(row.expected.allowed_addresses, ['10.0.0.0/8', '2001:db8::/32']),
    },
  ];
}
