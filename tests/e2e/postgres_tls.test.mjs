// What lies between a registry and its database is libpq's: its TLS settings hold.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { after, before, test } from 'node:test';
import { makeCertificate } from './lib/certificate.mjs';
import { Commands } from './lib/commands.mjs';
import { PostgresCluster } from './lib/postgres.mjs';
import { run } from './lib/process.mjs';
import { BINARY, cleanEnvironment, startRegistry } from './lib/server.mjs';

let cluster;
let database;
let other;
before(async () => {
  cluster = await PostgresCluster.start({ settings: { fsync: 'off' }, tls: true });
  database = (await cluster.newDatabase()).replace(/host=\S+/, `host=localhost port=${cluster.port}`);
  other = fs.mkdtempSync(`${os.tmpdir()}/edgeplane-e2e-other-`);
});
after(async () => {
  await cluster?.close();
  if (other) fs.rmSync(other, { recursive: true, force: true });
});

const verified = (certificate) => `${database} sslmode=verify-full sslrootcert=${certificate}`;

test('every connection is under TLS, and the server is who it should be', async () => {
  const registry = await startRegistry(['--database', verified(cluster.certificate)]);
  try {
    const agent = await registry.createAgent('kept');
    await new Commands(registry).send(agent.id, 'work');
    const connections = await cluster.query(
      `SELECT ssl, count(*) > 1 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE datname = 'edgeplane_1' GROUP BY ssl`,
    );
    assert.equal(connections, 't|t');
  } finally {
    await registry.close();
  }
});

test('a server that cannot prove itself is told nothing', async () => {
  const { certificate } = await makeCertificate(other);
  const args = ['registry', '--database', verified(certificate), '--data-dir', `${other}/data`];
  const { code, stderr } = await run(BINARY, args, { env: cleanEnvironment(other) });
  assert.equal(code, 1, stderr);
  assert.match(stderr, /certificate verify failed/);
  assert.match(stderr, /The database server cannot be reached, or does not let edgeplane in/);
});
