// The operator's command line, as scripts hold on to it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { randomSecret } from './lib/credentials.mjs';
import { UUID_V7 } from './lib/formats.mjs';
import { rowById } from './lib/ledger.mjs';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';

const EXIT = { FAILED: 1, USAGE: 2, NOT_FOUND: 3, UNREACHABLE: 4, NOT_PERMITTED: 5 };

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const cli = (...args) => edgeplane(server, args);
const json = (...args) => edgeplaneJson(server, args);

async function ok(...args) {
  const { code, stdout, stderr } = await cli(...args);
  assert.equal(code, 0, stderr);
  server.secrecy.check('what a person reads', stdout + stderr);
  return stdout;
}

// The command fails with this code, and says what to do on standard error only.
async function fails(expected, pattern, ...args) {
  const { code, stdout, stderr } = await cli(...args);
  assert.equal(code, expected, `${stdout}${stderr}`);
  assert.equal(stdout, '');
  assert.match(stderr, pattern);
}

function secretFile(name, secret) {
  const file = path.join(server.home, name);
  fs.writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

describe('agents', () => {
  test('import, show, list, disable, enable, delete', async () => {
    const secret = server.secrecy.keep(randomSecret());
    const file = secretFile('imported.secret', secret);
    const imported = await json(
      'agent',
      'import',
      '--id',
      'cli-imported',
      '--phone',
      '+15551234568',
      '--secret-file',
      file,
    );
    assert.equal(imported.agent_id, 'cli-imported');
    assert.equal(imported.user_phone, '+15551234568');
    const agent = await Agent.open(server, 'cli-imported', secret);

    const shown = await json('agent', 'show', 'cli-imported');
    assert.equal(shown.secret_fingerprint, imported.secret_fingerprint);
    assert.match(shown.session.peer_address, /^127\.0\.0\.1:/);
    assert.match(shown.create_time, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.match(await ok('agent', 'show', 'cli-imported'), /cli-imported/);

    await ok('agent', 'disable', 'cli-imported', '--reason', 'lost');
    assert.equal((await agent.ended()).code, 4003);
    assert.equal((await json('agent', 'show', 'cli-imported')).disabled_reason, 'lost');
    assert.equal((await json('agent', 'enable', 'cli-imported')).disabled, false);
    assert.match(await ok('agent', 'list'), /cli-imported/);
    const { agents } = await json('agent', 'list');
    assert.ok(agents.some((one) => one.agent_id === 'cli-imported'));
    await ok('agent', 'delete', 'cli-imported', '--yes');
    await fails(EXIT.NOT_FOUND, /cli-imported/, 'agent', 'show', 'cli-imported');
  });

  test('create gives the secret once, to a file or to standard output', async () => {
    const create = (id, to) => [
      'agent',
      'create',
      '--id',
      id,
      '--phone',
      '+15550009999',
      '--secret-out',
      to,
    ];
    const printed = await json(...create('cli-printed', '-'));
    assert.match(printed.secret, /^[0-9a-f]{64}$/);
    server.secrecy.keep(printed.secret);
    await (await Agent.open(server, 'cli-printed', printed.secret)).close(1000);

    const file = path.join(server.home, 'cli-filed.secret');
    const before = await ok(...create('cli-filed', file));
    const secret = server.secrecy.keep(fs.readFileSync(file, 'utf8').trim());
    assert.ok(!before.includes(secret));
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    await (await Agent.open(server, 'cli-filed', secret)).close(1000);
    await ok('agent', 'show', 'cli-filed'); // and holds no secret

    await fails(
      EXIT.FAILED,
      /exists/i,
      ...create('cli-filed', path.join(server.home, 'again.secret')),
    );
    assert.equal(fs.existsSync(path.join(server.home, 'again.secret')), false);
    await fails(EXIT.USAGE, /cli-filed.secret/, ...create('cli-another', file));
    assert.equal(fs.readFileSync(file, 'utf8').trim(), secret);
  });

  test('what is wrong with a field is said by the name of its option', async () => {
    const out = ['--secret-out', path.join(server.home, 'never.secret')];
    await fails(EXIT.USAGE, /--id/, 'agent', 'create', '--phone', '+15550009999', ...out);
    await fails(
      EXIT.USAGE,
      /--id/,
      'agent',
      'create',
      '--id',
      'x y',
      '--phone',
      '+15550009999',
      ...out,
    );
    await fails(
      EXIT.USAGE,
      /--phone/,
      'agent',
      'create',
      '--id',
      'x',
      '--phone',
      'call me',
      ...out,
    );
    assert.equal(fs.existsSync(out[1]), false);
  });
});

describe('commands', () => {
  test('send, show, list, cancel', async () => {
    const { id, secret } = await server.createAgent('cli-commands');
    const sent = await json(
      'command',
      'send',
      id,
      'set_rule',
      '--payload',
      '{"rule":7,"on":true}',
      '--priority',
      'immediate',
      '--ttl',
      '1h',
      '--max-deliveries',
      '3',
      '--idempotency-key',
      'k-1',
    );
    assert.match(sent.command_id, UUID_V7);
    assert.equal(sent.state, 'QUEUED');
    assert.equal(sent.priority, 'IMMEDIATE');
    assert.equal(sent.max_deliveries, 3);
    assert.equal(Date.parse(sent.expire_time) - Date.parse(sent.create_time), 3_600_000);
    const again = await json(
      'command',
      'send',
      id,
      'set_rule',
      '--payload',
      '{"on":true,"rule":7}',
      '--priority',
      'immediate',
      '--ttl',
      '1h',
      '--max-deliveries',
      '3',
      '--idempotency-key',
      'k-1',
    );
    assert.equal(again.command_id, sent.command_id);

    const agent = await Agent.open(server, id, secret);
    assert.deepEqual((await agent.nextCommand()).payload, { rule: 7, on: true });
    agent.ack(sent.command_id, 'failed', { error: 'no such rule' });
    // watch ends with the command, which failed: that has an exit code of its own.
    const watched = await cli('command', 'watch', sent.command_id);
    assert.match(watched.stdout, /FAILED/);
    const shown = await json('command', 'show', sent.command_id);
    assert.equal(shown.state, 'FAILED');
    assert.equal(shown.error, 'no such rule');
    assert.deepEqual(shown.payload, { rule: 7, on: true });
    assert.match(await ok('command', 'show', sent.command_id), /no such rule/);
    await agent.close(1000);

    const queued = await json('command', 'send', id, 'noop');
    assert.equal((await json('command', 'cancel', queued.command_id)).state, 'CANCELLED');
    await fails(EXIT.FAILED, /CANCELLED|final|ended/i, 'command', 'cancel', queued.command_id);
    const { commands } = await json('command', 'list', '--agent', id);
    assert.deepEqual(
      commands.map((one) => one.command_id),
      [queued.command_id, sent.command_id],
    );
  });

  test('what cannot be sent is said before or by the server', async () => {
    const { id } = await server.createAgent('cli-wrong');
    await fails(EXIT.USAGE, /payload/i, 'command', 'send', id, 'x', '--payload', '{"a":');
    await fails(EXIT.USAGE, /payload/i, 'command', 'send', id, 'x', '--payload', '[1]');
    await fails(EXIT.USAGE, /priority/i, 'command', 'send', id, 'x', '--priority', 'soon');
    await fails(EXIT.NOT_FOUND, /cli-nobody/, 'command', 'send', 'cli-nobody', 'x');
    await fails(EXIT.NOT_FOUND, /./, 'command', 'show', '0190a5b4-0000-7000-8000-000000000000');
  });
});

describe('refusals and the fleet', () => {
  test('a refusal is found by its id and by its agent, in words', async () => {
    const { id } = await server.createAgent('cli-refused');
    const refused = await refusalOf(server, id, server.secrecy.keep(randomSecret()));
    const { refusal_id: refusalId } = refused.json;
    const row = await rowById(server, refusalId);
    const shown = await json('refusal', 'show', refusalId);
    assert.equal(shown.reason, 'SECRET_MISMATCH');
    assert.equal(shown.sentence, row.sentence);
    assert.match(await ok('refusal', 'show', refusalId), /SECRET_MISMATCH[\s\S]*fingerprint/i);
    const { refusals } = await json('refusal', 'list', '--agent', id);
    assert.deepEqual(
      refusals.map((one) => one.refusal_id),
      [refusalId],
    );
    assert.match(await ok('refusal', 'list', '--agent', id), /SECRET_MISMATCH/);
  });

  test('fleet status', async () => {
    const status = await json('fleet', 'status');
    assert.ok(Number(status.agents) >= 1);
    assert.match(await ok('fleet', 'status'), /agents/i);
  });
});

describe('calling', () => {
  test('flags work as the variables do; a wrong one has its exit code', async () => {
    const none = { EDGEPLANE_SERVER: '', EDGEPLANE_TOKEN_FILE: '' };
    const token = path.join(server.dataDir, 'admin.token');
    const given = await edgeplane(
      server,
      ['--server', server.grpc.text, '--token-file', token, 'fleet', 'status'],
      { env: none },
    );
    assert.equal(given.code, 0, given.stderr);
    const found = await edgeplane(server, ['fleet', 'status'], {
      env: { ...none, EDGEPLANE_DATA_DIR: server.dataDir },
    });
    assert.equal(found.code, 0, found.stderr);
    const wrong = secretFile('wrong.token', server.secrecy.keep(randomSecret()));
    await fails(EXIT.NOT_PERMITTED, /token/i, '--token-file', wrong, 'fleet', 'status');
    await fails(EXIT.UNREACHABLE, /127\.0\.0\.1:1\b/, '--server', '127.0.0.1:1', 'fleet', 'status');
  });

  test('--help has examples at every command, and --version a version', async () => {
    assert.match(await ok('--version'), /\d+\.\d+\.\d+/);
    for (const args of [
      [],
      ['agent'],
      ['agent', 'import'],
      ['command', 'send'],
      ['refusal', 'show'],
      ['serve'],
    ]) {
      assert.match(await ok(...args, '--help'), /Example[\s\S]*edgeplane /i, args.join(' '));
    }
    await fails(EXIT.USAGE, /agnet/, 'agnet', 'list');
  });
});
