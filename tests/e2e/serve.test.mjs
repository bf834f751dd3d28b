// Starting a server: what it says, what it refuses to start with, and which
// settings are in force.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { edgeplane } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';

const USAGE = 2;

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const cli = (...args) => edgeplane(server, args);

async function usageError(pattern, ...args) {
  const { code, stdout, stderr } = await cli(...args);
  assert.equal(code, USAGE, `${stdout}${stderr}`);
  assert.match(stderr, pattern);
}

describe('serve', () => {
  test('prints the addresses in force and where the token is, and writes endpoints.json', () => {
    assert.deepEqual(Object.keys(server.endpoints).sort(), [
      'grpc_listen',
      'listen',
      'metrics_listen',
      'registry_listen',
      'tls_listen',
    ]);
    const said = server.stdout + server.stderr;
    const { registry_listen: gateways, ...inUse } = server.endpoints;
    assert.equal(gateways, '', 'nobody has asked for it');
    for (const address of Object.values(inUse)) {
      assert.match(address, /^127\.0\.0\.1:[1-9]\d*$/);
      assert.ok(said.includes(address), `${address} is not printed`);
    }
    assert.ok(said.includes(path.join(server.dataDir, 'admin.token')));
    assert.equal(fs.statSync(path.join(server.dataDir, 'admin.token')).mode & 0o777, 0o600);
  });

  test('a second one on the same data directory does not start', async () => {
    const { code, stderr } = await cli(
      'serve',
      '--data-dir',
      server.dataDir,
      '--listen',
      '127.0.0.1:0',
      '--tls-listen',
      '127.0.0.1:0',
      '--grpc-listen',
      '127.0.0.1:0',
      '--metrics-listen',
      '127.0.0.1:0',
    );
    assert.notEqual(code, 0);
    assert.match(stderr, /data.dir|in use|another|lock/i);
  });

  test('a port that is taken is an error that names it', async () => {
    const { code, stderr } = await cli(
      'serve',
      '--data-dir',
      path.join(server.home, 'other'),
      '--listen',
      server.plain.text,
      '--tls-listen',
      '127.0.0.1:0',
      '--grpc-listen',
      '127.0.0.1:0',
      '--metrics-listen',
      '127.0.0.1:0',
    );
    assert.notEqual(code, 0);
    assert.ok(stderr.includes(server.plain.text), stderr);
    assert.match(stderr, /^edgeplane: Cannot listen on .* with --listen and --tls-listen\.$/m);
  });

  test('listeners that are not wanted are off, and said to be', async () => {
    const bare = await startServer(['--listen', '', '--metrics-listen', '']);
    try {
      assert.match(bare.stdout, /^ {2}agents +off$/m);
      assert.match(bare.stdout, /^ {2}agents \(TLS\) +wss:\/\/127\.0\.0\.1:\d+\/edge\/ws$/m);
      assert.match(bare.stdout, /^ {2}metrics +off$/m);
      assert.deepEqual([bare.endpoints.listen, bare.endpoints.metrics_listen], ['', '']);
      const { id, secret } = await bare.createAgent('over-tls');
      await (await Agent.open(bare, id, secret)).close(1000);
      assert.equal((await bare.terminate()).code, 0);
    } finally {
      await bare.close();
    }
  });

  test('settings that are not as they must be are errors that name them', async () => {
    await usageError(/max-connections/, 'serve', '--max-connections', '0');
    await usageError(/max-conections/, 'serve', '--max-conections', '1');
    const { code, stderr } = await edgeplane(server, ['serve'], {
      env: { EDGEPLANE_MAX_CONNECTION: '5' },
    });
    assert.equal(code, USAGE);
    assert.match(stderr, /EDGEPLANE_MAX_CONNECTION\b/);
  });
});

describe('config', () => {
  test('config prints what is in force, and where each value comes from', async () => {
    const file = path.join(server.home, 'edgeplane.conf');
    fs.writeFileSync(file, '# comment\nmessages-per-minute = 77\nmax-connections = 5\n');
    const { code, stdout } = await edgeplane(
      server,
      ['config', '--config-file', file, '--max-connections', '9'],
      { env: { EDGEPLANE_LOG_LEVEL: 'warning' } },
    );
    assert.equal(code, 0);
    const line = (name) =>
      stdout.split('\n').find((one) => new RegExp(`\\b${name}\\b`).test(one)) ?? '';
    assert.match(line('max-connections'), /\b9\b.*flag/i);
    assert.match(line('messages-per-minute'), /\b77\b.*file/i);
    assert.match(line('log-level'), /warning.*environment/i);
    assert.match(line('max-url-bytes'), /default/i);
  });
});
