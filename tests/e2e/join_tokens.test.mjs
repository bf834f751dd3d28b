// Join tokens, from the operator who makes one to the agent that comes of it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { UUID_V7 } from './lib/formats.mjs';
import { createJoinToken, register } from './lib/join.mjs';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { rowById } from './lib/ledger.mjs';
import { startServer } from './lib/server.mjs';
import { duration, millisOf } from './lib/struct.mjs';

const NOBODY = '01900000-0000-7000-8000-000000000000';

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const call = (name, request) => server.operator.call(name, request);
const list = async () => (await call('ListJoinTokens', { page_size: 1000 })).join_tokens;
const shown = async (made) =>
  (await list()).find((one) => one.join_token_id === made.join_token.join_token_id);

let phones = 15_551_000;
const newPhone = () => `+${++phones}`;
const join = (token, user_phone = newPhone(), more = {}) =>
  register(server, { user_phone, registration_token: token, ...more });

async function reasonOf(answer) {
  assert.equal(answer.status, 401);
  return (await rowById(server, answer.json.refusal_id)).reason;
}

describe('an operator', () => {
  test('gets the token once, and sees what it is good for ever after', async () => {
    const made = await createJoinToken(server, {
      description: 'Rollout in Köln',
      user_phone: '15551234568',
      labels: { site: 'cologne' },
      max_uses: 3,
      ttl: duration(3600),
    });
    assert.match(made.token, /^ejt_[0-9a-f]{64}$/);
    const { join_token: token } = made;
    assert.match(token.join_token_id, UUID_V7);
    assert.equal(token.description, 'Rollout in Köln');
    assert.equal(token.user_phone, '+15551234568');
    assert.deepEqual(token.labels, { site: 'cologne' });
    assert.deepEqual([token.max_uses, token.uses], ['3', '0']);
    assert.equal(millisOf(token.expire_time) - millisOf(token.create_time), 3_600_000);
    assert.equal(token.revoke_time, null);
    assert.deepEqual(await shown(made), token);
    server.secrecy.check('the list of tokens', JSON.stringify(await list()));
  });

  test('hears of everything that is wrong at once', async () => {
    await assert.rejects(
      call('CreateJoinToken', {
        description: 'x'.repeat(201),
        user_phone: 'call me',
        max_uses: -1,
        ttl: duration(0.5),
      }),
      {
        code: 3,
        reason: 'INVALID_FIELD',
        violations: ['description', 'user_phone', 'max_uses', 'ttl'],
      },
    );
    await assert.rejects(call('RevokeJoinToken', { join_token_id: NOBODY }), {
      code: 5,
      reason: 'JOIN_TOKEN_NOT_FOUND',
    });
    await assert.rejects(call('RevokeJoinToken', { join_token_id: 'x' }), {
      violations: ['join_token_id'],
    });
  });

  test('pages through the list, newest first', async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await createJoinToken(server)).join_token.join_token_id);
    const seen = [];
    let page_token = '';
    do {
      const page = await call('ListJoinTokens', { page_size: 2, page_token });
      seen.push(...page.join_tokens.map((one) => one.join_token_id));
      page_token = page.next_page_token;
    } while (page_token !== '');
    assert.deepEqual(seen.slice(0, 5), ids.reverse());
    assert.equal(seen.length, (await list()).length);
    await assert.rejects(call('ListJoinTokens', { page_token: 'x' }), {
      reason: 'PAGE_TOKEN_INVALID',
    });
  });

  test('works by the command line', async () => {
    const file = path.join(server.home, 'join.token');
    const made = await edgeplane(server, [
      'token',
      'create',
      '--description',
      'by hand',
      '--ttl',
      '1h',
      '--max-uses',
      '1',
      '--label',
      'site=berlin',
      '--token-out',
      file,
    ]);
    assert.equal(made.code, 0, made.stderr);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    const token = server.secrecy.keep(fs.readFileSync(file, 'utf8').trim());
    server.secrecy.check('what a person reads', made.stdout + made.stderr);
    const answer = await join(token);
    assert.equal(answer.status, 200, answer.body);
    const { join_tokens: all } = await edgeplaneJson(server, ['token', 'list']);
    const [one] = all.filter((some) => some.description === 'by hand');
    assert.equal(one.uses, '1');
    assert.match((await edgeplane(server, ['token', 'list'])).stdout, /used up +1 of 1/);
    const revoked = await edgeplaneJson(server, ['token', 'revoke', one.join_token_id]);
    assert.match(revoked.revoke_time, /Z$/);
    assert.equal((await edgeplane(server, ['token', 'revoke', NOBODY])).code, 3);
    const printed = await edgeplaneJson(server, ['token', 'create', '--token-out', '-']);
    assert.match(server.secrecy.keep(printed.token), /^ejt_/);
  });
});

describe('a program', () => {
  test('becomes an agent with the labels of the token', async () => {
    const made = await createJoinToken(server, { labels: { site: 'a', ring: '1' } });
    const phone = newPhone();
    const answer = await join(made.token, phone, { issue_secret: true });
    assert.equal(answer.status, 200, answer.body);
    const { edge_agent_id: id, secret } = answer.json;
    server.secrecy.keep(secret);
    const agent = await call('GetAgent', { agent_id: id });
    assert.deepEqual(agent.labels, { site: 'a', ring: '1' });
    assert.equal((await shown(made)).uses, '1');
    await (await Agent.open(server, id, secret)).close(1000);
  });

  test('is turned away with a token that is revoked, spent, late or for another', async () => {
    const revoked = await createJoinToken(server);
    const { join_token_id } = revoked.join_token;
    const first = await call('RevokeJoinToken', { join_token_id });
    assert.notEqual(first.revoke_time, null);
    assert.deepEqual(await call('RevokeJoinToken', { join_token_id }), first);
    assert.equal(await reasonOf(await join(revoked.token)), 'JOIN_TOKEN_REVOKED');

    const spent = await createJoinToken(server, { max_uses: 1 });
    assert.equal((await join(spent.token)).status, 200);
    assert.equal(await reasonOf(await join(spent.token)), 'JOIN_TOKEN_EXHAUSTED');

    const bound = await createJoinToken(server, { user_phone: '+15550009999' });
    assert.equal(await reasonOf(await join(bound.token)), 'JOIN_TOKEN_PHONE_MISMATCH');
    assert.equal((await join(bound.token, '+1 (555) 000-9999')).status, 200);

    const made = `ejt_${'0'.repeat(64)}`;
    assert.equal(await reasonOf(await join(made)), 'JOIN_TOKEN_UNKNOWN');
  });

  test('finds its token as it was after a restart', async () => {
    const made = await createJoinToken(server, { max_uses: 1 });
    await server.restart();
    assert.equal((await join(made.token)).status, 200);
    await server.restart();
    assert.equal(await reasonOf(await join(made.token)), 'JOIN_TOKEN_EXHAUSTED');
  });
});
