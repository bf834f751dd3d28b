// The secrets of an agent over their life, as an operator changes them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { randomSecret } from './lib/credentials.mjs';
import { createJoinToken, register } from './lib/join.mjs';
import { rowById } from './lib/ledger.mjs';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { duration } from './lib/struct.mjs';
import { until } from './lib/wait.mjs';

let server;
before(async () => (server = await startServer(['--upgrade-attempts-per-minute', '1000'])));
after(() => server?.close());

const call = (name, request) => server.operator.call(name, request);
const getAgent = (id) => call('GetAgent', { agent_id: id });

async function rotate(id, overlapSeconds) {
  const { agent, secret } = await call('RotateSecret', {
    agent_id: id,
    ...(overlapSeconds !== undefined && { overlap: duration(overlapSeconds) }),
  });
  return { agent, secret: server.secrecy.keep(secret) };
}

async function reasonOf(id, bearer) {
  const refused = await refusalOf(server, id, bearer);
  assert.equal(refused.status, 401);
  return (await rowById(server, refused.json.refusal_id)).reason;
}

describe('rotating', () => {
  test('without an overlap the old secret and its session end at once', async () => {
    const { id, secret: old } = await server.createAgent('rotated');
    const agent = await Agent.open(server, id, old);
    const { agent: shown, secret } = await rotate(id);
    assert.equal((await agent.ended()).code, 4001);
    assert.equal(await reasonOf(id, old), 'SECRET_RETIRED');
    const again = await Agent.open(server, id, secret);
    const { session } = await getAgent(id);
    assert.equal(session.secret_fingerprint, shown.secret_fingerprint);
    await again.close(1000);
  });

  test('with one both are accepted, and retiring ends the sessions of the old', async () => {
    const { id, secret: old, agent: first } = await server.createAgent('overlapped');
    const agent = await Agent.open(server, id, old);
    const { secret } = await rotate(id, 3600);
    await agent.ping();
    await agent.close(1000);
    await (await Agent.open(server, id, secret)).close(1000);
    const late = await Agent.open(server, id, old);
    const shown = await getAgent(id);
    assert.equal(shown.session.secret_fingerprint, first.secret_fingerprint);
    assert.notEqual(shown.secret_fingerprint, first.secret_fingerprint);
    await call('RetireSecret', { agent_id: id });
    assert.equal((await late.ended()).code, 4001);
    assert.equal(await reasonOf(id, old), 'SECRET_RETIRED');
    const kept = await Agent.open(server, id, secret);
    await assert.rejects(call('RetireSecret', { agent_id: id }), {
      code: 5,
      reason: 'SECRET_NOT_FOUND',
    });
    await kept.ping();
    await kept.close(1000);
  });

  test('a session outlives the overlap by no more than a sweep', async () => {
    const { id, secret: old } = await server.createAgent('lapsing');
    const agent = await Agent.open(server, id, old);
    await rotate(id, 0.5);
    assert.equal((await agent.ended()).code, 4001);
    assert.equal(await reasonOf(id, old), 'SECRET_RETIRED');
  });

  test('it survives a restart', async () => {
    const { id, secret: old } = await server.createAgent('remembered');
    const { secret } = await rotate(id);
    await server.restart();
    assert.equal(await reasonOf(id, old), 'SECRET_RETIRED');
    await (await Agent.open(server, id, secret)).close(1000);
  });

  test('over the command line, into a file', async () => {
    const { id, secret: old } = await server.createAgent('by-hand');
    const file = path.join(server.home, 'by-hand.secret');
    const shown = await edgeplaneJson(server, [
      'agent',
      'rotate-secret',
      id,
      '--overlap',
      '1h',
      '--secret-out',
      file,
    ]);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    const secret = server.secrecy.keep(fs.readFileSync(file, 'utf8').trim());
    assert.notEqual(secret, old);
    assert.equal(shown.secret, undefined);
    await (await Agent.open(server, id, secret)).close(1000);
    const retired = await edgeplane(server, ['agent', 'retire-secret', id]);
    assert.equal(retired.code, 0, retired.stderr);
    const again = await edgeplane(server, ['agent', 'retire-secret', id]);
    assert.equal(again.code, 3);
    assert.match(again.stderr, /SECRET_NOT_FOUND/);
  });

  test('what cannot be is an error that names the field', async () => {
    await assert.rejects(call('RotateSecret', { agent_id: 'nobody' }), {
      reason: 'AGENT_NOT_FOUND',
    });
    await assert.rejects(
      call('RotateSecret', { agent_id: 'x y', overlap: duration(31 * 86_400) }),
      { reason: 'INVALID_FIELD', violations: ['agent_id', 'overlap'] },
    );
  });
});

describe('disconnecting', () => {
  test('ends the session with 4003, and the agent may come back at once', async () => {
    const { id, secret } = await server.createAgent('disconnected');
    await assert.rejects(call('DisconnectAgent', { agent_id: id }), {
      code: 9,
      reason: 'AGENT_NOT_CONNECTED',
    });
    const agent = await Agent.open(server, id, secret);
    const { session: open } = await getAgent(id);
    const { session } = await call('DisconnectAgent', { agent_id: id });
    assert.equal(session.session_id, open.session_id);
    assert.equal((await agent.ended()).code, 4003);
    await until('the session has ended', async () => (await getAgent(id)).session === null);
    await (await Agent.open(server, id, secret)).close(1000);
  });
});

describe('the fleet secret', () => {
  let fleet;
  let secret;
  before(async () => {
    secret = randomSecret();
    const file = path.join(fs.mkdtempSync(path.join(server.home, 'fleet-')), 'secret');
    fs.writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    fleet = await startServer(['--fleet-secret-file', file]);
    fleet.secrecy.keep(secret);
  });
  after(() => fleet?.close());

  test('serves an agent until it has a secret of its own', async () => {
    const made = await createJoinToken(fleet);
    const body = { user_phone: '+15550000001', registration_token: made.token };
    const { edge_agent_id: id } = (await register(fleet, body)).json;
    const without = async () =>
      (await fleet.operator.call('ListAgents', { filter: { has_secret: false } })).agents;
    assert.deepEqual(
      (await without()).map((agent) => agent.agent_id),
      [id],
    );
    assert.equal((await fleet.operator.call('GetFleetStatus')).agents_without_secret, '1');
    const listed = await edgeplane(fleet, ['agent', 'list', '--without-secret']);
    assert.match(listed.stdout, new RegExp(id));
    const agent = await Agent.open(fleet, id, secret);
    assert.match((await edgeplane(fleet, ['agent', 'show', id])).stdout, /the fleet secret/);
    // Whatever the overlap: the fleet secret is for those that have none.
    const rotated = await fleet.operator.call('RotateSecret', {
      agent_id: id,
      overlap: duration(3600),
    });
    fleet.secrecy.keep(rotated.secret);
    assert.equal((await agent.ended()).code, 4001);
    assert.equal((await refusalOf(fleet, id, secret)).status, 401);
    await (await Agent.open(fleet, id, rotated.secret)).close(1000);
    assert.deepEqual(await without(), []);
  });

  test('in a file that others can read, the server does not start', async () => {
    const file = path.join(server.home, 'shared.secret');
    fs.writeFileSync(file, `${secret}\n`, { mode: 0o644 });
    fs.chmodSync(file, 0o644);
    await assert.rejects(startServer(['--fleet-secret-file', file]), (error) => {
      assert.match(error.message, /shared\.secret/);
      assert.match(error.message, /chmod 600/);
      fleet.secrecy.check('what a failed start says', error.message);
      return true;
    });
  });
});
