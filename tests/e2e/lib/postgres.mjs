// A PostgreSQL server of a test's own: on a socket in a temporary directory, without a port, and gone with
// the test. It does not run as root, so root's tests run it as the user postgres.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeCertificate } from './certificate.mjs';
import { until } from './wait.mjs';

const VERSIONS = '/usr/lib/postgresql';

// The newest there is; what is missing says an error.
function findPrograms() {
  const versions = fs.existsSync(VERSIONS) ? fs.readdirSync(VERSIONS) : [];
  const [newest] = versions.sort((one, other) => Number(other) - Number(one));
  if (newest === undefined) throw new Error("PostgreSQL is not installed; run 'make setup'");
  return path.join(VERSIONS, newest, 'bin');
}

// The server ends with this process: the kernel sees to it.
function asServer(command, args) {
  const identity =
    process.getuid() === 0 ? ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : [];
  return ['setpriv', [...identity, '--pdeathsig', 'KILL', '--', command, ...args]];
}

// PostgreSQL takes no port of the system's choice.
async function freePort() {
  const server = net.createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class PostgresCluster {
  #programs = findPrograms();
  #child = null;
  #databases = 0;

  // With `directory` (empty, the test's own) its files are there. With `tls` it listens on
  // a port of localhost too, under a certificate of its own (`certificate`, a file).
  static async start({ directory, settings = {}, tls = false } = {}) {
    const cluster = new PostgresCluster();
    cluster.ownsHome = directory === undefined;
    cluster.home = directory ?? fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-pg-'));
    cluster.settings = { ...settings };
    if (process.getuid() === 0) {
      const { stdout } = await promisify(execFile)('id', ['-u', 'postgres']);
      fs.chownSync(cluster.home, Number(stdout), Number(stdout));
    }
    await cluster.#run('initdb', [
      ...['-D', cluster.#data, '-U', 'edgeplane', '--auth', 'trust'],
      ...['--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'],
    ]);
    if (tls) await cluster.#listenUnderTls();
    await cluster.restart();
    return cluster;
  }

  async #listenUnderTls() {
    const { certificate, key } = await makeCertificate(this.home);
    const { uid, gid } = fs.statSync(this.home);
    for (const file of [certificate, key]) fs.chownSync(file, uid, gid);
    fs.chmodSync(key, 0o600);
    this.certificate = certificate;
    this.port = await freePort();
    Object.assign(this.settings, {
      listen_addresses: 'localhost',
      port: this.port,
      ssl: 'on',
      ssl_cert_file: certificate,
      ssl_key_file: key,
    });
  }

  get #data() {
    return path.join(this.home, 'data');
  }

  async #run(program, args) {
    return promisify(execFile)(...asServer(path.join(this.#programs, program), args), {
      cwd: this.home,
    });
  }

  // A query as the superuser; what it prints, without decoration.
  async query(sql, database = 'postgres') {
    const port = this.port === undefined ? [] : ['-p', this.port];
    const args = ['-h', this.home, ...port, '-U', 'edgeplane', '-d', database, '-Atqc', sql];
    return (await this.#run('psql', args)).stdout.trim();
  }

  // The connection string of an empty database, over the socket.
  async newDatabase() {
    const name = `edgeplane_${++this.#databases}`;
    await this.query(`CREATE DATABASE ${name}`);
    return `host=${this.home} dbname=${name} user=edgeplane`;
  }

  // Starts the server if it does not run.
  async restart() {
    if (this.#child !== null) return;
    const settings = {
      listen_addresses: '',
      unix_socket_directories: this.home,
      max_connections: 100,
      ...this.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [command, args] = asServer(path.join(this.#programs, 'postgres'), [
      ...['-D', this.#data],
      ...flags,
    ]);
    const log = fs.openSync(path.join(this.home, 'log'), 'a');
    this.#child = spawn(command, args, { cwd: this.home, stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.exit = once(this.#child, 'exit').then(() => (this.#child = null));
    await until('PostgreSQL takes connections', async () => {
      if (this.#child === null) throw new Error(`PostgreSQL ended:\n${this.log()}`);
      return (await this.query('SELECT 1')) === '1';
    });
  }

  log() {
    return fs.readFileSync(path.join(this.home, 'log'), 'utf8').split('\n').slice(-30).join('\n');
  }

  // As `pg_ctl stop -m immediate`: as if it had crashed.
  async kill() {
    if (this.#child === null) return;
    this.#child.kill('SIGQUIT');
    await this.exit;
  }

  // The test may end while it runs, and it ends with the test.
  unref() {
    this.#child.unref();
  }

  async close() {
    await this.kill();
    if (this.ownsHome) fs.rmSync(this.home, { recursive: true, force: true });
  }
}
