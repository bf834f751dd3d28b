// A stranger learns nothing from a refusal: whatever is wrong with the
// credentials, the answers are the same bytes, except for the refusal's id.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hmacToken, randomSecret } from './lib/credentials.mjs';
import { rowById } from './lib/ledger.mjs';
import { exchange, httpRequest, upgradeRequest } from './lib/raw.mjs';
import { startServer } from './lib/server.mjs';

const HOUR = 3600;

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

// The bytes with the refusal's id and the date taken out, and the id.
function withoutId(answer) {
  const id = answer.headers['x-refusal-id'];
  assert.match(id, /^[0-9a-f-]{36}$/);
  const raw = answer.raw.replaceAll(id, 'ID').replace(/^Date: .*\r\n/im, '');
  assert.equal(answer.raw.split(id).length - 1, 2, 'the id is in one header and in the body');
  return { id, raw };
}

async function attempts() {
  const known = await server.createAgent('alike', { user_phone: '+15551230001' });
  const other = await server.createAgent('alike-other', { user_phone: '+15551230002' });
  const wrong = randomSecret();
  const token = (change, age) => {
    const { id, phone, secret } = { ...known, ...change };
    return hmacToken(secret, id, phone, age);
  };
  const malformed = Buffer.from(`${known.id}:${known.phone}:never:${'0'.repeat(64)}`).toString(
    'base64',
  );
  return [
    ['AGENT_UNKNOWN', 'alike-nobody', wrong],
    ['AGENT_UNKNOWN', 'alike-nobody', token({ id: 'alike-nobody', secret: wrong })],
    ['SECRET_MISMATCH', known.id, wrong],
    ['SECRET_MISMATCH', known.id, 'x'],
    ['TOKEN_MALFORMED', known.id, malformed],
    ['TOKEN_SIGNATURE', known.id, token({ secret: wrong })],
    ['TOKEN_SUBJECT', known.id, token(other)],
    ['TOKEN_EXPIRED', known.id, token({}, 25 * HOUR)],
    ['TOKEN_FROM_FUTURE', known.id, token({}, -HOUR)],
  ];
}

for (const overTls of [true, false]) {
  const where = overTls ? 'over TLS' : 'on the plain listener';
  test(`credentials that fail are refused alike ${where}`, async () => {
    const seen = new Map();
    if (overTls) server.attempts = await attempts();
    for (const [reason, id, bearer] of server.attempts) {
      if (bearer.length > 12) server.secrecy.keep(bearer);
      const answer = await exchange(server, upgradeRequest(id, bearer), { overTls });
      const { id: refusalId, raw } = withoutId(answer);
      assert.equal((await rowById(server, refusalId)).reason, reason);
      seen.set(reason, raw);
    }
    assert.equal(seen.size, 7);
    assert.equal(
      new Set(seen.values()).size,
      1,
      [...seen].map((pair) => pair.join('\n')).join('\n\n'),
    );
    const [raw] = seen.values();
    assert.match(raw, /^HTTP\/1\.1 401 Unauthorized\r\n/);
  });
}

test('credentials that fail are refused alike on a polling agent’s call', async () => {
  const seen = new Set();
  for (const [, id, bearer] of server.attempts) {
    const headers = { Authorization: `Bearer ${bearer}`, 'X-Edge-Agent-Id': id };
    const body = { command_id: '0190a5b4-0000-7000-8000-000000000000', success: true };
    for (const target of ['/edge/sync', '/edge/command/ack']) {
      seen.add(withoutId(await exchange(server, httpRequest('POST', target, headers, body))).raw);
    }
  }
  // And as one that asks for an upgrade.
  const [[, id, bearer]] = server.attempts;
  seen.add(withoutId(await exchange(server, upgradeRequest(id, bearer))).raw);
  assert.equal(seen.size, 1, [...seen].join('\n\n'));
});

test('the answer names neither agent, reason nor fingerprint', async () => {
  const { id, secret, agent } = await server.createAgent('alike-silent');
  const answer = await exchange(server, upgradeRequest(id, server.secrecy.keep(randomSecret())));
  for (const word of [id, secret, agent.secret_fingerprint, 'MISMATCH', 'secret']) {
    assert.ok(!answer.raw.toLowerCase().includes(word.toLowerCase()), `the answer says ${word}`);
  }
});
