// The parts of edgeplane in processes of their own: one registry, several gateways.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { randomSecret } from './lib/credentials.mjs';
import { rowById } from './lib/ledger.mjs';
import { run } from './lib/process.mjs';
import { Relay } from './lib/relay.mjs';
import { BINARY, cleanEnvironment, startGateway, startRegistry } from './lib/server.mjs';
import { until, within } from './lib/wait.mjs';

let registry;
let first;
let second;
let commands;
before(async () => {
  registry = await startRegistry(['--gateway-lease', '5s']);
  first = await startGateway(registry);
  second = await startGateway(registry);
  commands = new Commands(registry);
});
after(async () => {
  await second?.close();
  await first?.close();
  await registry?.close();
});

const getAgent = (id) => registry.operator.call('GetAgent', { agent_id: id });

describe('one registry and two gateways', () => {
  test('a command reaches an agent on either, and its answer is known', async () => {
    for (const [number, gateway] of [first, second].entries()) {
      const a = await registry.createAgent(`on-${number}`);
      const agent = await Agent.open(gateway, a.id, a.secret);
      const sent = await commands.send(a.id, 'work');
      const { data } = await agent.next();
      assert.equal(data.command_id, sent.command_id);
      agent.ack(sent.command_id, 'completed');
      await commands.reaches(sent, 'COMPLETED');
      await agent.close(1000);
    }
  });

  test('the newer connection wins, wherever it comes', async () => {
    const a = await registry.createAgent('moves');
    const older = await Agent.open(first, a.id, a.secret);
    const newer = await Agent.open(second, a.id, a.secret);
    assert.equal((await older.ended()).code, 4009);
    const sent = await commands.send(a.id, 'work');
    assert.equal((await newer.next()).data.command_id, sent.command_id);
    await newer.close(1000);
  });

  test('a refusal is in the ledger, with the gateway it happened at', async () => {
    const a = await registry.createAgent('wrong');
    const refused = await refusalOf(second, a.id, randomSecret());
    assert.equal(refused.status, 401);
    const row = await rowById(registry, refused.json.refusal_id);
    assert.equal(row.reason, 'SECRET_MISMATCH');
    const id = fs.readFileSync(path.join(second.dataDir, 'gateway.id'), 'utf8').trim();
    assert.equal(row.gateway_id, id);
  });

  test('an agent that is disabled is thrown out of whichever holds it', async () => {
    const a = await registry.createAgent('out');
    const agent = await Agent.open(second, a.id, a.secret);
    await registry.operator.call('DisableAgent', { agent_id: a.id, reason: 'test' });
    assert.equal((await agent.ended()).code, 4003);
  });
});

describe('a registry that goes and comes back', () => {
  test('takes its agents over from the gateways, which held them and lost nothing', async () => {
    const a = await registry.createAgent('held');
    const agent = await Agent.open(first, a.id, a.secret);
    const sent = await commands.send(a.id, 'work');
    assert.equal((await agent.next()).data.command_id, sent.command_id);
    const sessionId = (await getAgent(a.id)).session.session_id;
    await registry.kill9();

    // Said while nobody is there to hear it, and a stranger's attempt as well.
    agent.ack(sent.command_id, 'completed');
    await agent.ping();
    const refused = await refusalOf(first, a.id, a.secret);
    assert.equal(refused.status, 503);
    assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);

    await registry.start({ samePorts: true });
    await commands.reaches(sent, 'COMPLETED');
    assert.equal((await getAgent(a.id)).session.session_id, sessionId, 'and it is the same one');
    assert.equal((await rowById(registry, refused.json.refusal_id)).reason, 'REGISTRY_UNAVAILABLE');
    const next = await commands.send(a.id, 'work');
    assert.equal((await agent.next()).data.command_id, next.command_id);
    await agent.close(1000);
  });
});

describe('a gateway that goes', () => {
  test('kill -9: its agents are let in elsewhere once its lease is over', async () => {
    const doomed = await startGateway(registry);
    try {
      const a = await registry.createAgent('survivor');
      await Agent.open(doomed, a.id, a.secret);
      await doomed.kill9();
      // Nobody can tell that from a line that is cut, so until then it may hold the agent.
      const refused = await refusalOf(first, a.id, a.secret);
      assert.equal(refused.status, 503);
      assert.match(refused.headers['retry-after'], /^[1-5]$/);
      const row = await rowById(registry, refused.json.refusal_id);
      assert.equal(row.reason, 'REGISTRY_UNAVAILABLE');
      assert.match(row.detail, /may hold the agent still .*gateway-lease/);
      const agent = await until('the agent is let in', () => Agent.open(first, a.id, a.secret));
      const sent = await commands.send(a.id, 'work');
      assert.equal((await agent.next()).data.command_id, sent.command_id);
      await agent.close(1000);
    } finally {
      await doomed.close();
    }
  });

  test('kill -9, and started again: its agents are let in there and elsewhere', async () => {
    const doomed = await startGateway(registry);
    try {
      const a = await registry.createAgent('returns');
      const b = await registry.createAgent('moves-on');
      await Agent.open(doomed, a.id, a.secret);
      await Agent.open(doomed, b.id, b.secret);
      await doomed.restart();
      const returned = await Agent.open(doomed, a.id, a.secret);
      const moved = await Agent.open(first, b.id, b.secret);
      await returned.close(1000);
      await moved.close(1000);
    } finally {
      await doomed.close();
    }
  });

  test('one that nobody hears of any more ends in every list', async () => {
    const doomed = await startGateway(registry);
    try {
      const a = await registry.createAgent('forgotten');
      await Agent.open(doomed, a.id, a.secret);
      await doomed.kill9();
      await until('the session has ended', async () => !(await getAgent(a.id)).session);
      await registry.logged(/gateway silent .*sessions_ended=1/);
    } finally {
      await doomed.close();
    }
  });

  test('SIGTERM: its agents are sent away with 1012, and their sessions have ended', async () => {
    const leaving = await startGateway(registry);
    try {
      const a = await registry.createAgent('leaves');
      const agent = await Agent.open(leaving, a.id, a.secret);
      const { code } = await leaving.terminate();
      assert.equal(code, 0);
      assert.equal((await agent.ended()).code, 1012);
      await until('the session has ended', async () => !(await getAgent(a.id)).session);
    } finally {
      await leaving.close();
    }
  });
});

describe('a gateway that finds no registry', () => {
  test('says so, and ends when it is asked to', async () => {
    const line = await Relay.open({ host: '127.0.0.1', port: 0 }, () => ({ path: '/nowhere' }));
    const args = [
      ...['gateway', '--data-dir', path.join(registry.home, 'lonely')],
      ...['--listen', '127.0.0.1:0', '--tls-listen', '', '--metrics-listen', ''],
      ...['--registry', `127.0.0.1:${line.server.address().port}`],
      ...['--registry-ca', path.join(registry.dataDir, 'registry-tls', 'cert.pem')],
      ...['--registry-token-file', path.join(registry.dataDir, 'gateway.token')],
    ];
    const child = spawn(BINARY, args, { env: cleanEnvironment(registry.home) });
    try {
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
      await until('it says so', () => /no link to a registry/.test(stderr));
      child.kill('SIGTERM');
      // Where it waits to the end, it is 1.
      const [code] = await within('it ends', once(child, 'close'));
      assert.equal(code, 0, stderr);
      assert.match(stderr, /stopped before it served/);
    } finally {
      child.kill('SIGKILL');
      line.close();
    }
  });
});

// At once: each takes the time that a gateway gives a registry.
describe('who may be a gateway', { concurrency: true }, () => {
  let strangers = 0;
  const gateway = (...flags) =>
    run(BINARY, [
      'gateway',
      ...['--data-dir', path.join(registry.home, `stranger-${++strangers}`)],
      ...['--listen', '127.0.0.1:0', '--tls-listen', '', '--metrics-listen', ''],
      ...['--registry', registry.endpoints.registry_listen],
      ...flags,
    ], { env: cleanEnvironment(registry.home) });
  const ca = () => path.join(registry.dataDir, 'registry-tls', 'cert.pem');

  test('nobody without the token', async () => {
    const token = path.join(registry.home, 'wrong.token');
    fs.writeFileSync(token, `eg_${'0'.repeat(64)}\n`, { mode: 0o600 });
    const { code, stderr } = await gateway('--registry-ca', ca(), '--registry-token-file', token);
    assert.equal(code, 1);
    assert.match(stderr, /The token that came with the call is not known here/);
  });

  test('nobody to whom the registry cannot prove itself', async () => {
    const own = path.join(first.dataDir, 'tls', 'cert.pem');
    const token = path.join(registry.dataDir, 'gateway.token');
    const { code, stderr } = await gateway('--registry-ca', own, '--registry-token-file', token);
    assert.equal(code, 1);
    assert.match(stderr, /no link to a registry.*(ertificate|SSL|handshake)/);
  });

  test('settings that are missing are named', async () => {
    const { code, stderr } = await gateway('--registry-ca', ca());
    assert.equal(code, 2);
    assert.match(stderr, /registry-token-file is empty/);
  });
});
