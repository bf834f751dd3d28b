// Two registries of one database, three gateways and 2 000 simulated agents: first all
// of them at work, then the rest go on while a registry and a gateway are killed.
import fs from 'node:fs';
import path from 'node:path';
import { PostgresCluster } from '../lib/postgres.mjs';
import { startGateway, startRegistry, startSecondRegistry } from '../lib/server.mjs';
import { Simulation } from '../lib/simulation.mjs';

const GATEWAY_FLAGS = [
  ...['--max-connections-per-address', '5000'],
  ...['--upgrade-attempts-per-minute', '100000'],
];

const database = await PostgresCluster.start();
const one = await startRegistry(['--database', await database.newDatabase()]);
const two = await startSecondRegistry(one);
const gateways = [
  await startGateway(one, GATEWAY_FLAGS, [two]),
  await startGateway(two, GATEWAY_FLAGS, [one]),
  await startGateway(two, GATEWAY_FLAGS, [one]),
];

const MINUTES = 60_000;

// Prints the summary; gives whether nothing was lost.
async function simulate(number, registry, duration) {
  const gateway = gateways[number];
  const { home } = gateway;
  const { dataDir, secrecy } = registry;
  const simulation = new Simulation({ home, dataDir, secrecy }, [
    ...['--agents', '667', '--prefix', `scale-${number}-`],
    ...['--gateway', `wss://localhost:${gateway.tls.port}`, '--ca', gateway.caFile],
    ...['--server', registry.grpc.text, '--token-file', path.join(one.dataDir, 'admin.token')],
    ...['--state-file', path.join(one.home, `simulate-${number}.key`)],
    ...['--duration', duration, '--settle', '60s', '--connect-rate', '100/s'],
    ...['--command-rate', '85/s', '--event-every', '10s'],
  ]);
  const { code, summary } = await simulation.result(5 * MINUTES);
  console.log(`gateway ${number + 1}:`, summary);
  return code === 0;
}

console.log('all at work:');
const all = [simulate(0, one, '50s'), simulate(1, two, '50s'), simulate(2, one, '50s')];
const outcomes = await Promise.all(all);

console.log('a registry and a gateway are killed:');
const rest = [simulate(0, one, '30s'), simulate(1, one, '30s')];
await new Promise((resolve) => setTimeout(resolve, 15_000));
await two.kill9();
await gateways[2].kill9();
outcomes.push(...(await Promise.all(rest)));

for (const part of [gateways[0], gateways[1], one]) await part.close();
for (const dead of [gateways[2], two]) fs.rmSync(dead.home, { recursive: true, force: true });
await database.close();
process.exit(outcomes.every(Boolean) ? 0 : 1);
