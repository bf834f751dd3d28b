// A real `edgeplane serve` (or `registry`, or `gateway`) on free ports and a data directory of its own, which
// the tests may kill, restart on the same data, and must close.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Metrics, get } from './metrics.mjs';
import { Operator } from './operator.mjs';
import { PostgresCluster } from './postgres.mjs';
import { Secrecy } from './secrecy.mjs';
import { until, within } from './wait.mjs';

export const BINARY = process.env.EDGEPLANE_BIN;
if (!BINARY) throw new Error('EDGEPLANE_BIN must name the edgeplane binary');

const SANITIZER_REPORT = /ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|: runtime error: /;
const VERBOSE = process.env.EDGEPLANE_E2E_VERBOSE === '1';

// Children that outlive a crashed test would hold ports and directories.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

// The environment of a child: what the tests were started with, without any
// setting of edgeplane's, and with a home of its own.
export function cleanEnvironment(home, additions = {}) {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !name.startsWith('EDGEPLANE_') && !name.startsWith('XDG_') && name !== 'NODE_TEST_CONTEXT',
    ),
  );
  return { ...environment, HOME: home, ...additions };
}

const LISTENERS = {
  serve: ['listen', 'tls_listen', 'grpc_listen', 'metrics_listen'],
  registry: ['registry_listen', 'grpc_listen', 'metrics_listen'],
  gateway: ['listen', 'tls_listen', 'metrics_listen'],
};

function splitAddress(text) {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)), text };
}

export class Server {
  secrecy = new Secrecy();
  stdout = '';
  stderr = ''; // of all lives
  #child = null;
  #exit = null;
  #terminating = false;

  constructor(flags, environment = {}, command = 'serve', store = []) {
    this.command = command;
    this.flags = flags;
    this.store = store; // flags that say which; a test that changes the others keeps it
    this.environment = environment;
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-e2e-'));
    this.dataDir = path.join(this.home, 'data');
  }

  // Starts the process and waits until it says it is ready. With `samePorts`
  // it listens where its life before did, as a server that agents come back to.
  async start({ samePorts = false } = {}) {
    const endpointsFile = path.join(this.dataDir, 'endpoints.json');
    fs.rmSync(endpointsFile, { force: true }); // a killed life leaves its own behind
    const listen = LISTENERS[this.command].flatMap((name) => [
      `--${name.replace('_', '-')}`,
      samePorts ? this.endpoints[name] : '127.0.0.1:0',
    ]);
    // Agents that a test leaves connected need not be sent away one by one; the
    // last of two flags is in force.
    const quick = this.command === 'registry' ? [] : ['--drain-window', '0ms'];
    const child = spawn(
      BINARY,
      [this.command, '--data-dir', this.dataDir, ...listen, ...quick, ...this.store, ...this.flags],
      { env: cleanEnvironment(this.home, this.environment), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    running.add(child);
    this.#terminating = false;
    this.#child = child;
    this.#exit = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      return { code, signal };
    });
    child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
      if (VERBOSE) process.stderr.write(text);
    });
    let ended = null;
    this.#exit.then((how) => (ended = how));
    await until(`${endpointsFile} is there`, () => ended !== null || fs.existsSync(endpointsFile));
    if (ended !== null) {
      throw new Error(
        `${this.command} ended (code ${ended.code}, signal ${ended.signal}) early:\n${this.stderr}`,
      );
    }

    this.endpoints = JSON.parse(fs.readFileSync(endpointsFile, 'utf8'));
    this.plain = splitAddress(this.endpoints.listen);
    this.tls = splitAddress(this.endpoints.tls_listen);
    this.grpc = splitAddress(this.endpoints.grpc_listen);
    this.metricsAddress = splitAddress(this.endpoints.metrics_listen);
    const certificate = path.join(this.dataDir, 'tls', 'cert.pem');
    this.caFile = certificate;
    if (fs.existsSync(certificate)) this.ca = fs.readFileSync(certificate);
    if (this.command === 'gateway') return;
    this.adminToken = fs.readFileSync(path.join(this.dataDir, 'admin.token'), 'utf8').trim();
    this.secrecy.keep(this.adminToken);
    this.operator = await Operator.connect(this.grpc.text, this.adminToken);
  }

  get pid() {
    return this.#child.pid;
  }

  // {code, signal} of the present life.
  exited() {
    return within('the server ends', this.#exit);
  }

  // After a failed start: nothing of it may stay behind.
  abandon() {
    if (running.has(this.#child)) this.signal('SIGKILL');
  }

  signal(name) {
    this.#child.kill(name);
  }

  // As if the power had failed: no handler runs.
  async kill9() {
    this.operator?.close();
    this.signal('SIGKILL');
    return this.exited();
  }

  async restart() {
    await this.kill9();
    await this.start();
  }

  // A second SIGTERM would kill it.
  async terminate() {
    this.operator?.close();
    if (!this.#terminating) this.signal('SIGTERM');
    this.#terminating = true;
    return this.exited();
  }

  get logLines() {
    return this.stderr.split('\n').filter((line) => line !== '');
  }

  // The first line of the log that matches, once it has been written.
  logged(pattern) {
    return until(`a log line like ${pattern}`, () =>
      this.logLines.find((line) => pattern.test(line)),
    );
  }

  async metrics() {
    const page = await get(this.metricsAddress, '/metrics');
    if (page.status !== 200) throw new Error(`/metrics answers ${page.status}: ${page.body}`);
    this.secrecy.check('the metrics page', page.body);
    return new Metrics(page.body);
  }

  // Waits until a sample has reached a value.
  metricReaches(name, labels, minimum) {
    return until(
      `${name} ${JSON.stringify(labels)} >= ${minimum}`,
      async () => (await this.metrics()).value(name, labels) >= minimum,
    );
  }

  // Registers an agent over the API: {id, phone, secret, agent}.
  async createAgent(id, fields = {}) {
    const request = { agent_id: id, user_phone: '+15551234568', ...fields };
    const { agent, secret } = await this.operator.call('CreateAgent', request);
    this.secrecy.keep(secret);
    return { id, phone: request.user_phone, secret, agent };
  }

  // Ends the process if it still runs, and holds what must be true of every
  // life: it ends with 0 on SIGTERM, and no secret has left it.
  async close() {
    const problems = [];
    try {
      if (running.has(this.#child)) {
        if (!this.#terminating) await this.metrics();
        const { code, signal } = await this.terminate();
        if (code !== 0) problems.push(`SIGTERM ended it with code ${code}, signal ${signal}`);
      }
    } catch (error) {
      problems.push(error.message);
    }
    this.operator?.close();
    if (running.has(this.#child)) {
      this.signal('SIGKILL');
      await this.#exit;
    }
    const report = SANITIZER_REPORT.exec(this.stderr);
    if (report)
      problems.push(`a sanitizer speaks: ${this.stderr.slice(report.index, report.index + 4000)}`);
    for (const [what, text] of [
      ['the log', this.stderr],
      ['standard output', this.stdout],
    ]) {
      try {
        this.secrecy.check(what, text);
      } catch (error) {
        problems.push(error.message);
      }
    }
    fs.rmSync(this.home, { recursive: true, force: true });
    if (problems.length > 0) {
      throw new Error(
        `${problems.join('\n')}\nend of the log:\n${this.logLines.slice(-15).join('\n')}`,
      );
    }
  }
}

// Where EDGEPLANE_E2E_STORE is `postgres`: the database server of this test's servers.
let cluster = null;

async function startOnPostgres(flags, environment) {
  cluster ??= PostgresCluster.start({ settings: { fsync: 'off' } }).then((started) => {
    started.unref();
    process.on('exit', () => fs.rmSync(started.home, { recursive: true, force: true }));
    return started;
  });
  const database = await (await cluster).newDatabase();
  return started(new Server(flags, environment, 'serve', ['--database', database]));
}

// For `before`: settings are flags, as in startServer(['--max-connections', '2']).
export function startServer(flags = [], environment = {}) {
  const onPostgres = process.env.EDGEPLANE_E2E_STORE === 'postgres';
  if (onPostgres && !flags.includes('--database')) return startOnPostgres(flags, environment);
  return startOnSqlite(flags, environment);
}

// For what is about the store's files.
export function startOnSqlite(flags = [], environment = {}) {
  return started(new Server(flags, environment));
}

export function startRegistry(flags = []) {
  return started(new Server(flags, {}, 'registry'));
}

// Another registry of the same database as `registry`, with its keys and tokens.
export async function startSecondRegistry(registry, flags = []) {
  const second = new Server([...registry.flags, ...flags], {}, 'registry');
  second.secrecy = registry.secrecy;
  fs.mkdirSync(second.dataDir, { recursive: true, mode: 0o700 });
  for (const file of ['master.key', 'admin.token', 'gateway.token', 'registry-tls']) {
    fs.cpSync(path.join(registry.dataDir, file), path.join(second.dataDir, file), {
      recursive: true,
    });
  }
  return started(second);
}

// One in front of `registry`, or of several of the same database, by address or name.
export function startGateway(
  registry,
  flags = [],
  others = [],
  addresses = [registry, ...others].map((each) => each.endpoints.registry_listen),
) {
  const gateway = new Server(
    [
      ...['--registry', addresses.join(',')],
      ...['--registry-ca', path.join(registry.dataDir, 'registry-tls', 'cert.pem')],
      ...['--registry-token-file', path.join(registry.dataDir, 'gateway.token')],
      ...flags,
    ],
    {},
    'gateway',
  );
  gateway.secrecy = registry.secrecy;
  return started(gateway);
}

async function started(server) {
  try {
    await server.start();
  } catch (error) {
    server.abandon();
    fs.rmSync(server.home, { recursive: true, force: true });
    throw error;
  }
  return server;
}
