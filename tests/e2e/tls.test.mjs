// TLS: the certificate in force, and what is negotiated under it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { makeCertificate } from './lib/certificate.mjs';
import { Server, startServer } from './lib/server.mjs';
import { until, within } from './lib/wait.mjs';

let directory;
let server;

before(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-e2e-tls-'));
  await makeCertificate(directory, 'first');
  server = await startServer([
    '--tls-certificate',
    path.join(directory, 'cert.pem'),
    '--tls-key',
    path.join(directory, 'key.pem'),
  ]);
  server.ca = fs.readFileSync(path.join(directory, 'cert.pem'));
});
after(async () => {
  await server?.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

// A completed handshake: {subject, protocol, cipher, reused}.
async function handshake(options = {}) {
  const socket = tls.connect({
    host: server.tls.host,
    port: server.tls.port,
    servername: 'localhost',
    rejectUnauthorized: false,
    ...options,
  });
  try {
    await within(
      'a TLS handshake',
      new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve);
        socket.once('error', reject);
      }),
    );
    return {
      subject: socket.getPeerCertificate().subject.CN,
      protocol: socket.getProtocol(),
      cipher: socket.getCipher().standardName,
    };
  } finally {
    socket.destroy();
  }
}

test('the certificate in force is the one that was given', async () => {
  assert.equal((await handshake()).subject, 'first');
  assert.equal(
    fs.existsSync(path.join(server.dataDir, 'tls')),
    false,
    'none is made where one is given',
  );
});

test('TLS 1.2 and 1.3 are spoken, with forward secrecy', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const { protocol, cipher } = await handshake({ minVersion: version, maxVersion: version });
    assert.equal(protocol, version);
    assert.match(cipher, /^TLS_(ECDHE_|AES_|CHACHA20_)/);
  }
  await assert.rejects(
    handshake({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }),
  );
});

test('a new certificate is taken up at SIGHUP, and open sessions stay', async () => {
  const { id, secret } = await server.createAgent('over-reload');
  const agent = await Agent.open(server, id, secret);
  const { certificate } = await makeCertificate(directory, 'second');
  server.ca = fs.readFileSync(certificate);
  assert.equal((await handshake()).subject, 'first', 'not before it is told');
  server.signal('SIGHUP');
  await until(
    'the second certificate is in force',
    async () => (await handshake()).subject === 'second',
  );
  await agent.ping();
  const newer = await Agent.open(server, id, secret);
  await agent.ended();
  await newer.close(1000);
});

test('a certificate that is no good is reported at SIGHUP, and the old one stays', async () => {
  const kept = fs.readFileSync(path.join(directory, 'cert.pem'));
  fs.writeFileSync(path.join(directory, 'cert.pem'), 'not a certificate');
  const seen = server.logLines.length;
  server.signal('SIGHUP');
  const line = await until('the log reports it', () =>
    server.logLines.slice(seen).find((l) => / (warning|error) .*(certificate|tls)/i.test(l)),
  );
  assert.ok(line.includes('cert.pem'), line);
  assert.equal((await handshake()).subject, 'second');
  fs.writeFileSync(path.join(directory, 'cert.pem'), kept);
});

test('a certificate and a key that do not belong together stop the start', async () => {
  const { privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = path.join(directory, 'other-key.pem');
  fs.writeFileSync(other, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const failing = new Server([
    '--tls-certificate',
    path.join(directory, 'cert.pem'),
    '--tls-key',
    other,
  ]);
  try {
    await assert.rejects(
      failing.start(),
      (error) => /code [1-9]/.test(error.message) && /key/i.test(error.message),
    );
  } finally {
    fs.rmSync(failing.home, { recursive: true, force: true });
  }
});

test('the self-signed certificate is for localhost, and stays over a restart', async () => {
  const own = await startServer();
  try {
    const certificate = new crypto.X509Certificate(own.ca);
    assert.ok(certificate.checkHost('localhost'));
    assert.ok(certificate.checkIP('127.0.0.1'));
    assert.ok(Date.parse(certificate.validTo) > Date.now() + 300 * 24 * 3600 * 1000);
    await own.restart();
    assert.equal(fs.readFileSync(own.caFile, 'utf8'), certificate.toString());
  } finally {
    await own.close();
  }
});
