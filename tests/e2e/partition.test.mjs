// A gateway and its registries that do not hear of each other: never do two gateways
// hold one agent, and nobody is let in whom nobody vouches for.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { Balancer } from './lib/balancer.mjs';
import { Commands } from './lib/commands.mjs';
import { PostgresCluster } from './lib/postgres.mjs';
import { PostgresLine } from './lib/postgres_line.mjs';
import { startGateway, startRegistry, startSecondRegistry } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let cluster;
let database;
let here;
let there;
before(async () => {
  cluster = await PostgresCluster.start({ settings: { fsync: 'off' } });
  database = await cluster.newDatabase();
  const flags = ['--database', database, '--gateway-lease', '5s'];
  here = await startRegistry(flags);
  there = await startSecondRegistry(here);
});
after(async () => {
  for (const part of [there, here, cluster]) await part?.close();
});

// Who is let in as soon as it can be may not be held up by other limits.
const EAGER = ['--upgrade-attempts-per-minute', '100000'];

const open = (gateway, agent) => Agent.open(gateway, agent.id, agent.secret);

// Stops a process while `body` runs.
async function stopped(server, body) {
  server.signal('SIGSTOP');
  try {
    return await body();
  } finally {
    server.signal('SIGCONT');
  }
}

// Tries until the agent is let in; every attempt before that is refused for the one
// reason that is right.
async function letIn(gateway, agent) {
  const wrong = [];
  const newer = await until(`${agent.id} is let in`, () =>
    open(gateway, agent).catch((error) => {
      if (error.status !== 503) wrong.push(error.message);
    }),
  );
  assert.deepEqual(wrong, []);
  return newer;
}

describe('a gateway that does not reach its registry', () => {
  test('has closed its agents before another gateway is granted them', async () => {
    const near = await startSecondRegistry(here);
    const cutOff = await startGateway(near, EAGER);
    const other = await startGateway(there, EAGER);
    try {
      const agents = await Promise.all(
        ['p1', 'p2', 'p3'].map(async (id) => {
          const agent = await here.createAgent(id);
          const held = await open(cutOff, agent);
          held.socket.once('close', () => (held.isClosed = true));
          return { agent, held };
        }),
      );
      await stopped(near, async () => {
        await Promise.all(
          agents.map(async ({ agent, held }) => {
            const newer = await letIn(other, agent);
            assert.ok(held.isClosed, `two gateways hold ${agent.id}`);
            assert.equal((await held.closed).code, 1011);
            const sent = await new Commands(here).send(agent.id, 'work');
            assert.equal((await newer.next()).data.command_id, sent.command_id);
            await newer.close(1000);
          }),
        );
        // It lets nobody in on its own, and says why.
        const refused = await refusalOf(cutOff, agents[0].agent.id, agents[0].agent.secret);
        assert.equal(refused.status, 503);
        assert.ok(refused.headers['retry-after']);
      });
      // And is of use again when the registry is.
      await (await letIn(cutOff, agents[0].agent)).close(1000);
    } finally {
      await cutOff.close();
      await other.close();
      await near.close();
    }
  });

  test('goes to another registry, and its agents stay', async () => {
    const near = await startSecondRegistry(here, ['--gateway-lease', '60s']);
    const gateway = await startGateway(near, [], [there]);
    try {
      const agent = await here.createAgent('stays');
      const held = await open(gateway, agent);
      await stopped(near, async () => {
        // What stands still may stand in the middle of a transaction, for as long as the
        // database lets it.
        const key = { idempotency_key: 'once' };
        const commands = new Commands(here);
        const sent = await until('it is stored', () => commands.send(agent.id, 'work', {}, key));
        assert.equal((await held.next()).data.command_id, sent.command_id);
      });
      await held.close(1000);
    } finally {
      await gateway.close();
      await near.close();
    }
  });
});

// It answers, and its line to the gateway is well: only what it says is of no use.
describe('a registry that does not reach its database', { concurrency: true }, () => {
  for (const [id, how, cut] of [
    ['silent', 'and hears nothing from there', (line) => line.fallSilent()],
    ['closed', 'which takes no connections', (line) => line.close()],
  ]) {
    test(`${how}: its gateway goes to another in time, and its agents stay`, async () => {
      const line = await PostgresLine.open(cluster);
      const lease = ['--gateway-lease', '10s']; // half of it is waited for
      const near = await startSecondRegistry(here, [
        ...['--database', line.through(database)],
        ...lease,
      ]);
      const gateway = await startGateway(near, EAGER, [there]);
      try {
        const agent = await here.createAgent(`kept-${id}`);
        const held = await open(gateway, agent);
        await gateway.logged(new RegExp(`link up registry=\\S*${near.endpoints.registry_listen}`));
        cut(line);
        await gateway.logged(/going to another registry|link lost/);
        const sent = await new Commands(there).send(agent.id, 'work');
        assert.equal((await held.next()).data.command_id, sent.command_id);
        held.ack(sent.command_id, 'completed');
        await new Commands(here).reaches(sent, 'COMPLETED');
        // New ones are let in over the other registry too.
        const other = await here.createAgent(`new-${id}`);
        await (await letIn(gateway, other)).close(1000);
        assert.doesNotMatch(gateway.stderr, /lease lost/);
        await held.close(1000);
      } finally {
        await gateway.close();
        await near.close();
        line.close();
      }
    });
  }
});

// A balancer knows nothing of a registry that hangs; and the gateway does not know which one
// its next connection leads to.
describe('registries behind one name', () => {
  test('are gone through as often as it takes', async () => {
    const registries = [here, there];
    let balancer;
    let gateway;
    try {
      registries.push(await startSecondRegistry(here));
      balancer = await Balancer.open(registries.map((each) => each.endpoints.registry_listen));
      gateway = await startGateway(here, [], [], [`localhost:${balancer.port}`]);
      const links = () => gateway.logLines.filter((line) => /link up/.test(line)).length;
      await until('the gateway has a link', links);
      for (let move = 1; move <= 5; ++move) {
        const before = links();
        const linked = registries[balancer.taken.at(-1)];
        await stopped(linked, () => until(`it leaves, move ${move}`, () => links() > before));
      }
    } finally {
      await gateway?.close();
      balancer?.close();
      await registries[2]?.close();
    }
  });
});

describe('a gateway that stands still', () => {
  test('loses its agents, and tells them nothing more when it goes on', async () => {
    const still = await startGateway(here, EAGER);
    const other = await startGateway(there, EAGER);
    try {
      const agent = await here.createAgent('frozen');
      const held = await open(still, agent);
      const commands = new Commands(there);
      let sent;
      const newer = await stopped(still, async () => {
        // On its way to the gateway that stands still, when the lease ends.
        sent = await commands.send(agent.id, 'work', {}, { max_deliveries: 2 });
        const taken = await letIn(other, agent);
        assert.equal((await taken.next()).data.command_id, sent.command_id);
        return taken;
      });
      await held.ended(); // too late for a close frame
      assert.equal(held.unread, 0, 'the older connection got the command too');
      newer.ack(sent.command_id, 'completed');
      await commands.reaches(sent, 'COMPLETED');
      await newer.close(1000);
    } finally {
      await still.close();
      await other.close();
    }
  });
});
