// The crash test at length: node run.mjs, with SEED, TOPOLOGY (serve, apart, cluster;
// all), KILLS (of registries, and of gateways) and RESTARTS (of the database).
import { run } from './world.mjs';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const kills = Number(process.env.KILLS ?? 100);
const restarts = Number(process.env.RESTARTS ?? 50);
const BACK_MAX_MS = 10_000;
const counts = {
  serve: { registry: kills },
  apart: { registry: kills, gateway: kills },
  cluster: { registry: kills, gateway: kills, database: restarts },
};
const wanted = process.env.TOPOLOGY ? [process.env.TOPOLOGY] : Object.keys(counts);
if (!wanted.every((topology) => topology in counts)) {
  console.error(`TOPOLOGY is one of ${Object.keys(counts).join(', ')}`);
  process.exit(2);
}

const median = (sorted) => sorted[Math.floor(sorted.length / 2)];
let failed = false;
console.log(`SEED=${seed} repeats this order of kills`);
for (const topology of wanted) {
  const say = (line) => console.log(`${topology} ${line}`);
  const result = await run({ topology, kills: counts[topology], seed, say });
  const back = [...result.backMs].sort((one, other) => one - other);
  const late = back.filter((ms) => ms > BACK_MAX_MS).length;
  const { sends, executed, events } = result.journal;
  console.log(
    `${topology}: ${back.length} kills; ${sends.length} commands acknowledged, ` +
      `${executed.length} executions, ${result.inDoubt} in doubt; ${events.length} events ` +
      `acknowledged; all agents back after ${median(back)} (${back[0]}..${back.at(-1)}) ms, ` +
      `${late} times after more than ${BACK_MAX_MS}`,
  );
  for (const problem of result.problems) console.log(`BROKEN ${problem}`);
  failed ||= result.problems.length > 0 || late > 0;
}
process.exit(failed ? 1 : 0);
