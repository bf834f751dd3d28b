// Simulated agents: their account of a run against the server's own, and a
// restart under hundreds of them.
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { Simulation, simulate } from './lib/simulation.mjs';
import { DEADLINE_MS, until } from './lib/wait.mjs';

const EXIT = { OK: 0, USAGE: 2, LOST: 15 };
// All agents of a simulation come from one address, and some of them hurry.
const GENEROUS = [
  ...['--max-connections-per-address', '2000'],
  ...['--messages-per-minute', '100000'],
  ...['--upgrade-attempts-per-minute', '10000'],
];

// All pages of a list of the operator's API.
async function everything(server, method, field, request = {}) {
  const all = [];
  let token = '';
  do {
    const page = await server.operator.call(method, {
      ...request,
      page_size: 1000,
      page_token: token,
    });
    all.push(...page[field]);
    token = page.next_page_token;
  } while (token !== '');
  return all;
}

const commandsOf = (server) => everything(server, 'ListCommands', 'commands');

async function eventIdsOf(server) {
  const events = await everything(server, 'ListEvents', 'events');
  return events.map((event) => event.event_id).sort();
}

const inState = (commands, state) => commands.filter((one) => one.state === state).length;
const ids = (lines) => lines.map((line) => line.id).sort();

describe('a simulation', () => {
  let server;
  before(async () => (server = await startServer(GENEROUS)));
  after(() => server?.close());

  test('of 50 agents gives the same account as the server', async () => {
    const run = new Simulation(server, [
      ...['--agents', '50', '--connect-rate', '1000/s', '--duration', '3s'],
      ...['--command-rate', '40/s', '--fail-percent', '20', '--ack-delay', '20ms'],
      ...['--event-every', '500ms'],
    ]);
    const { code, summary } = await run.result();
    assert.deepEqual(summary.lost, []);
    assert.equal(code, EXIT.OK, run.stderr);
    assert.deepEqual(
      [summary.errors, summary.api_errors, summary.refusals, summary.closes],
      [{}, {}, {}, { left: 50 }],
    );
    assert.equal(summary.opens, 50);
    assert.deepEqual(summary.agents, {
      started: 50,
      connected: 50,
      polling: 0,
      away: 0,
      created: 50,
      deleted: 0,
    });

    const commands = await commandsOf(server);
    const { sent, completed, failed, received, received_twice: twice } = summary.commands;
    assert.ok(sent > 0 && completed > 0 && failed > 0, JSON.stringify(summary.commands));
    assert.deepEqual(
      [sent, completed, failed],
      [commands.length, inState(commands, 'COMPLETED'), inState(commands, 'FAILED')],
    );
    assert.deepEqual([received, twice, summary.delivery_ms.count], [sent, 0, sent]);
    assert.deepEqual(ids(run.journal('ended')), commands.map((one) => one.command_id).sort());
    assert.deepEqual(ids(run.journal('order')), ids(run.journal('command')));

    assert.ok(summary.events.made > 0);
    assert.equal(summary.events.acked, summary.events.made);
    assert.deepEqual(await eventIdsOf(server), ids(run.journal('event_ack')));
    const status = await server.operator.call('GetFleetStatus');
    assert.equal(status.agents, '50');
    assert.deepEqual(status.refusals_last_hour, []);
  });

  test('is the same agents in the next run, and deletes them when told to', async () => {
    await server.createAgent('sim-of-somebody');
    const { code, summary } = await simulate(server, [
      ...['--agents', '5', '--duration', '1ms', '--delete'],
    ]);
    assert.equal(code, EXIT.OK);
    assert.deepEqual([summary.agents.created, summary.agents.deleted], [0, 50]);
    const { agents } = await edgeplaneJson(server, ['agent', 'list']);
    assert.deepEqual(
      agents.map((agent) => agent.agent_id),
      ['sim-of-somebody'],
    );
  });

  test('has its state file for itself', async () => {
    const state = ['--state-file', path.join(server.home, 'state')];
    const run = new Simulation(server, ['--agents', '1', '--prefix', 'held-', ...state]);
    await until('it runs', async () => {
      const { agents } = await server.operator.call('ListAgents', {
        filter: { agent_id_prefix: 'held-', connected: true },
      });
      return agents.length === 1;
    });
    const second = await edgeplane(server, [
      ...['simulate', '--agents', '1', '--prefix', 'held-', ...state],
      ...['--gateway', `ws://${server.plain.text}`],
    ]);
    assert.equal(second.code, EXIT.USAGE, second.stderr);
    assert.match(second.stderr, /another simulation runs with the state file/);
    assert.equal((await run.finish()).code, EXIT.OK, run.stderr);
    const third = await simulate(server, [
      ...['--agents', '1', '--prefix', 'held-', '--duration', '1ms', '--delete', ...state],
    ]);
    assert.equal(third.code, EXIT.OK);
  });

  test("does not take another's agent for its own", async () => {
    await server.createAgent('other-0002');
    const { code, stderr } = await edgeplane(server, [
      ...['simulate', '--gateway', `ws://${server.plain.text}`],
      ...['--agents', '3', '--prefix', 'other-', '--duration', '1ms'],
    ]);
    assert.equal(code, EXIT.USAGE);
    assert.match(stderr, /other-0002 exists/);
    const { agents } = await edgeplaneJson(server, ['agent', 'list', '--prefix', 'other-']);
    assert.equal(agents.length, 1);
  });

  test('loses nothing while its lines are cut and agents change to polling and back', async () => {
    const run = new Simulation(server, [
      ...['--agents', '30', '--prefix', 'rough-', '--connect-rate', '1000/s', '--duration', '6s'],
      ...['--polling', '30', '--sync-interval', '300ms'],
      ...['--switch-every', '2s', '--cut-every', '2s'],
      ...['--command-rate', '30/s', '--event-every', '300ms'],
    ]);
    const { code, summary } = await run.result();
    assert.deepEqual(summary.lost, []);
    assert.equal(code, EXIT.OK, run.stderr);
    assert.deepEqual([summary.errors, summary.refusals], [{}, {}]);
    assert.ok(summary.closes.cut > 0 && summary.syncs > 0, JSON.stringify(summary));
    const stored = new Set(await eventIdsOf(server));
    assert.ok(run.journal('event').every(({ id }) => stored.has(id)));
    const orders = new Set(ids(run.journal('order')));
    const ours = (await commandsOf(server)).filter((one) => orders.has(one.command_id));
    assert.equal(inState(ours, 'COMPLETED'), summary.commands.sent);
  });

  test('in which agents are away at the end ends with 15', async () => {
    const closed = net.createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address();
    closed.close();
    const { code, summary } = await simulate(server, [
      ...['--agents', '2', '--prefix', 'away-', '--gateway', `ws://127.0.0.1:${port}`],
      ...['--duration', '500ms', '--settle', '0s'],
    ]);
    assert.equal(code, EXIT.LOST);
    assert.deepEqual(summary.lost, ['agents neither connected nor polling at the end: 2']);
    assert.ok(summary.errors['connect: Connection refused'] > 0);
  });
});

describe('a restart', () => {
  const AGENTS = 500;
  // Agents wait 0, 1, 2, 4 s between their attempts; slow builds have longer.
  const BACK_MS = Math.max(10_000, DEADLINE_MS / 3);

  test('brings 500 agents back within ten seconds, with nothing refused or lost', async () => {
    const server = await startServer([...GENEROUS, '--drain-window', '500ms']);
    try {
      const run = new Simulation(server, [
        ...['--agents', String(AGENTS), '--connect-rate', '1000/s', '--seed', '1'],
        ...['--command-rate', '50/s', '--event-every', '20s', '--settle', '20s'],
      ]);
      const allConnected = async () =>
        (await server.metrics()).value('edgeplane_connections', {}) === AGENTS;
      await until('all are connected', allConnected);
      for (const what of ['ended', 'event_ack']) {
        await until(`there is much of ${what}`, () => run.journal(what).length > 50);
      }

      assert.deepEqual(await server.terminate(), { code: 0, signal: null });
      await server.start({ samePorts: true });
      await until('all are back', allConnected, BACK_MS);

      const before = run.journal('ended').length;
      await until('commands flow again', () => run.journal('ended').length > before + 50);
      const { code, summary } = await run.finish();
      assert.deepEqual(summary.lost, []);
      assert.equal(code, EXIT.OK, run.stderr);
      assert.deepEqual(summary.refusals, {});
      assert.deepEqual(summary.closes, { 1012: AGENTS, left: AGENTS });
      assert.equal(summary.opens, 2 * AGENTS);
      const commands = await commandsOf(server);
      assert.equal(commands.length, summary.commands.sent);
      assert.equal(inState(commands, 'COMPLETED'), summary.commands.sent);
      assert.equal((await eventIdsOf(server)).length, summary.events.made);
      const status = await server.operator.call('GetFleetStatus');
      assert.deepEqual(status.refusals_last_hour, []);
    } finally {
      await server.close();
    }
  });
});
