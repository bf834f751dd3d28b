// Steady load, and what goes down meanwhile: agents, operators, and one process after
// the other that is killed and started again.
import { PostgresCluster } from '../lib/postgres.mjs';
import { randomFrom } from '../lib/random.mjs';
import { startGateway, startRegistry, startSecondRegistry, startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';
import { check } from './checker.mjs';
import { JournallingAgent, JournallingOperator } from './clients.mjs';

const FLAGS = [
  ...['--upgrade-attempts-per-minute', '100000', '--max-connections-per-address', '1000'],
  ...['--messages-per-minute', '100000'],
];
// Agents that jump between gateways, as these do, are not two with one id.
const REGISTRY_FLAGS = ['--takeover-max', '1000'];
const LEASE = ['--gateway-lease', '5s'];

// What is run, by name: { registries, gateways, database }.
const TOPOLOGIES = {
  async serve() {
    const server = await startServer([...FLAGS, ...REGISTRY_FLAGS]);
    return { registries: [server], gateways: [server] };
  },
  async apart() {
    const registry = await startRegistry([...REGISTRY_FLAGS, ...LEASE]);
    const gateways = [await startGateway(registry, FLAGS), await startGateway(registry, FLAGS)];
    return { registries: [registry], gateways };
  },
  async cluster() {
    const database = await PostgresCluster.start();
    const flags = ['--database', await database.newDatabase(), ...REGISTRY_FLAGS, ...LEASE];
    const one = await startRegistry(flags);
    const two = await startSecondRegistry(one);
    const gateways = [
      await startGateway(one, FLAGS, [two]),
      await startGateway(two, FLAGS, [one]),
      await startGateway(one, FLAGS, [two]),
    ];
    return { registries: [one, two], gateways, database };
  },
};

// Every name as often as `counts` says, in an order of chance.
function shuffled(counts, random) {
  const names = Object.entries(counts).flatMap(([name, count]) => Array(count).fill(name));
  for (let i = names.length - 1; i > 0; --i) {
    const j = Math.floor(random() * (i + 1));
    [names[i], names[j]] = [names[j], names[i]];
  }
  return names;
}

async function listAll(operator, method, field) {
  const all = [];
  let token = '';
  do {
    const page = await operator.call(method, { page_size: 1000, page_token: token });
    all.push(...page[field]);
    token = page.next_page_token;
  } while (token !== '');
  return all;
}

// kills: { registry, gateway, database }: how many of each. Gives what happened, with
// the broken promises.
export async function run({ topology, kills, seed, agents: count = 8, say = () => {} }) {
  const random = randomFrom(seed);
  const parts = await TOPOLOGIES[topology]();
  const { registries, gateways, database } = parts;
  const journal = { sends: [], executed: [], events: [] };
  const agents = [];
  const operators = [];
  const backMs = [];
  const any = (list) => list[Math.floor(random() * list.length)];
  const down = {
    registry: () => any(registries),
    gateway: () => any(gateways),
    database: () => database,
  };
  const allBack = (what) =>
    until(`all agents are back after ${what}`, () => agents.every((agent) => agent.connected));

  try {
    for (let i = 0; i < count; ++i) {
      const { id, secret } = await registries[0].createAgent(`crash-${i}`);
      agents.push(new JournallingAgent(id, secret, gateways, journal));
      operators.push(new JournallingOperator(id, registries, journal, randomFrom(seed + i + 1)));
    }
    await allBack('the start');
    const order = shuffled(kills, random);
    for (const [i, kind] of order.entries()) {
      // Under way at a moment of chance.
      await new Promise((resolve) => setTimeout(resolve, 50 + random() * 300));
      const victim = down[kind]();
      const began = Date.now();
      if (kind === 'database') {
        await victim.kill();
        await victim.restart();
      } else {
        await victim.kill9();
        await victim.start({ samePorts: true });
      }
      await allBack(`the end of a ${kind}`);
      backMs.push(Date.now() - began);
      say(`${i + 1}/${order.length} ${kind}: all back after ${backMs.at(-1)} ms`);
    }
    await Promise.all(operators.map((operator) => operator.stop()));
    agents.forEach((agent) => agent.quiet());
    const { operator } = registries[0];
    const open = ['QUEUED', 'DELIVERED', 'RECEIVED', 'EXECUTING'];
    await until('all commands are done', async () => {
      const request = { page_size: 1, filter: { states: open } };
      return (await operator.call('ListCommands', request)).commands.length === 0;
    }).catch(() => {}); // the checker names those that are left
    const store = {
      commands: await listAll(operator, 'ListCommands', 'commands'),
      events: await listAll(operator, 'ListEvents', 'events'),
    };
    const inDoubt = store.commands.filter(({ state }) => state === 'IN_DOUBT').length;
    return { problems: check(journal, store), journal, backMs, inDoubt };
  } finally {
    await Promise.all([...operators, ...agents].map((client) => client.stop()));
    for (const part of new Set([...gateways, ...registries])) await part.close();
    await database?.close();
  }
}
