// The agent protocol, "HTTP": POST /edge/register.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from '../lib/agent.mjs';
import { randomSecret } from '../lib/credentials.mjs';
import { call } from '../lib/http.mjs';
import { createJoinToken, register } from '../lib/join.mjs';
import { rowById } from '../lib/ledger.mjs';
import { startServer } from '../lib/server.mjs';
import { duration } from '../lib/struct.mjs';
import { until } from '../lib/wait.mjs';

let server;
before(async () => (server = await startServer(['--upgrade-attempts-per-minute', '1000'])));
after(() => server?.close());

let phones = 15_550_100;
const newPhone = () => `+${++phones}`;
const getAgent = (id) => server.operator.call('GetAgent', { agent_id: id });
const usesOf = async (made) => {
  const { join_tokens: all } = await server.operator.call('ListJoinTokens', { page_size: 1000 });
  return all.find((t) => t.join_token_id === made.join_token.join_token_id).uses;
};

describe('a request (no Authorization)', () => {
  test('user_phone and registration_token: 200 edge_agent_id', async () => {
    const { token } = await createJoinToken(server);
    const phone = newPhone();
    const answer = await register(server, { user_phone: phone, registration_token: token });
    assert.equal(answer.status, 200);
    // A new agent's id is `edge_` + the digits of its phone, and it has no secret.
    assert.deepEqual(answer.json, { edge_agent_id: `edge_${phone.slice(1)}` });
    const agent = await getAgent(answer.json.edge_agent_id);
    assert.deepEqual([agent.user_phone, agent.secret_fingerprint], [phone, '']);
  });

  test('older: user_phone, apple_id null, version, capabilities, auth_token', async () => {
    const { token } = await createJoinToken(server);
    const phone = newPhone();
    const answer = await register(server, {
      user_phone: phone,
      apple_id: null,
      version: '1.2.3',
      capabilities: ['schedule', 'rules'],
      auth_token: token,
    });
    assert.deepEqual([answer.status, answer.json], [200, { edge_agent_id: `edge_${phone.slice(1)}` }]);
  });

  test('over the plain listener as well', async () => {
    const { token } = await createJoinToken(server);
    const body = { user_phone: newPhone(), registration_token: token };
    assert.equal((await register(server, body, { plain: true })).status, 200);
  });
});

describe('agents register at every start', () => {
  test('the same phone and a live token give the same id again, and use no further count', async () => {
    const made = await createJoinToken(server, { max_uses: 1 });
    const phone = newPhone();
    const ids = [];
    for (const written of [phone, phone.slice(1), `${phone.slice(0, 3)} ${phone.slice(3)}`]) {
      const answer = await register(server, { user_phone: written, registration_token: made.token });
      assert.equal(answer.status, 200, written);
      ids.push(answer.json.edge_agent_id);
    }
    assert.equal(new Set(ids).size, 1);
    assert.equal(await usesOf(made), '1');
  });

  test('the phone of an agent an operator has made gives that agent', async () => {
    const made = await createJoinToken(server);
    const phone = newPhone();
    await server.createAgent('by-operator', { user_phone: phone });
    const answer = await register(server, { user_phone: phone, registration_token: made.token });
    assert.deepEqual(answer.json, { edge_agent_id: 'by-operator' });
    assert.equal(await usesOf(made), '0');
  });
});

describe('a new agent has no secret of its own unless the request asks with issue_secret', () => {
  test('then the answer holds secret, once', async () => {
    const { token } = await createJoinToken(server, { labels: { site: 'a' } });
    const body = { user_phone: newPhone(), registration_token: token, issue_secret: true };
    const first = (await register(server, body)).json;
    assert.match(first.secret, /^[0-9a-f]{64}$/);
    server.secrecy.keep(first.secret);
    const agent = await Agent.open(server, first.edge_agent_id, first.secret);
    await agent.ping();
    await agent.close(1000);
    const again = (await register(server, body)).json;
    assert.deepEqual(again, { edge_agent_id: first.edge_agent_id });
    assert.deepEqual((await getAgent(first.edge_agent_id)).labels, { site: 'a' });
  });
});

describe('a token that does not let in is refused with 401', () => {
  const refusal = async (body) => {
    const answer = await register(server, body);
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
    return { answer, row: await rowById(server, answer.json.refusal_id) };
  };

  test('JOIN_TOKEN_UNKNOWN', async () => {
    const body = { user_phone: newPhone(), registration_token: `ejt_${randomSecret()}` };
    assert.equal((await refusal(body)).row.reason, 'JOIN_TOKEN_UNKNOWN');
  });

  test('JOIN_TOKEN_REVOKED', async () => {
    const made = await createJoinToken(server);
    await server.operator.call('RevokeJoinToken', {
      join_token_id: made.join_token.join_token_id,
    });
    const body = { user_phone: newPhone(), registration_token: made.token };
    assert.equal((await refusal(body)).row.reason, 'JOIN_TOKEN_REVOKED');
  });

  test('JOIN_TOKEN_EXHAUSTED', async () => {
    const { token } = await createJoinToken(server, { max_uses: 1 });
    await register(server, { user_phone: newPhone(), registration_token: token });
    const body = { user_phone: newPhone(), registration_token: token };
    assert.equal((await refusal(body)).row.reason, 'JOIN_TOKEN_EXHAUSTED');
  });

  test('JOIN_TOKEN_PHONE_MISMATCH', async () => {
    const phone = newPhone();
    const { token } = await createJoinToken(server, { user_phone: phone });
    const other = { user_phone: newPhone(), registration_token: token };
    const { row, answer } = await refusal(other);
    assert.equal(row.reason, 'JOIN_TOKEN_PHONE_MISMATCH');
    assert.equal(answer.body.includes(phone.slice(1)), false);
    const own = await register(server, { user_phone: phone, registration_token: token });
    assert.equal(own.status, 200);
  });

  test('JOIN_TOKEN_EXPIRED', async () => {
    const { token } = await createJoinToken(server, { ttl: duration(1) });
    const body = { user_phone: newPhone(), registration_token: token };
    const refused = await until('the token has expired', async () => {
      const answer = await register(server, body);
      return answer.status !== 200 && answer;
    });
    assert.equal(refused.status, 401);
    const row = await rowById(server, refused.json.refusal_id);
    assert.equal(row.reason, 'JOIN_TOKEN_EXPIRED');
  });

  test('all alike but for the refusal id', async () => {
    const revoked = await createJoinToken(server);
    await server.operator.call('RevokeJoinToken', {
      join_token_id: revoked.join_token.join_token_id,
    });
    const faces = new Set();
    for (const token of [revoked.token, `ejt_${randomSecret()}`, 'short']) {
      const { answer } = await refusal({ user_phone: newPhone(), registration_token: token });
      faces.add(answer.body.replace(answer.json.refusal_id, ''));
    }
    assert.equal(faces.size, 1);
  });
});

test('100 racing registrations on a token of 10 uses register exactly 10 agents', async () => {
  const made = await createJoinToken(server, { max_uses: 10, labels: { race: 'yes' } });
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      register(server, { user_phone: newPhone(), registration_token: made.token }),
    ),
  );
  const by = (status) => answers.filter((answer) => answer.status === status);
  assert.deepEqual([by(200).length, by(401).length], [10, 90]);
  assert.equal(await usesOf(made), '10');
  const { agents } = await server.operator.call('ListAgents', {
    filter: { labels: { race: 'yes' } },
    page_size: 1000,
  });
  assert.equal(agents.length, 10);
});

describe('what is no registration', () => {
  for (const [what, body, status] of [
    ['no JSON', '{"user_phone":', 400],
    ['not an object', '[]', 400],
    ['no phone', { registration_token: 'x' }, 400],
    ['a phone without digits', { user_phone: '+', registration_token: 'x' }, 400],
    ['a phone of 16 digits', { user_phone: '1234567890123456', registration_token: 'x' }, 400],
    ['no token', { user_phone: '+1555' }, 400],
  ]) {
    test(what, async () => {
      const answer = await register(server, body);
      assert.equal(answer.status, status);
      assert.equal((await rowById(server, answer.json.refusal_id)).reason, 'MALFORMED_REQUEST');
    });
  }

  test('another method', async () => {
    const answer = await call(server, 'GET', '/edge/register');
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'POST']);
  });
});

test('registrations are counted', async () => {
  await until('the metric', async () =>
    (await server.metrics()).samples.some(
      (s) => s.name === 'edgeplane_registrations_total' && s.value > 0,
    ),
  );
});
