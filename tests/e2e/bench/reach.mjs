// Measures how long after an operator's call a connected agent notices: a command,
// a configuration, and each way to end a session. Run by `make bench`; prints the
// median with least and most, of RUNS of each, while OTHERS agents are connected.
import { Agent } from '../lib/agent.mjs';
import { startServer } from '../lib/server.mjs';
import { toStruct } from '../lib/struct.mjs';

const RUNS = Number(process.env.EDGEPLANE_BENCH_RUNS ?? 40);
const OTHERS = Number(process.env.EDGEPLANE_BENCH_AGENTS ?? 150);

const server = await startServer([
  ...['--max-connections-per-address', '10000', '--upgrade-attempts-per-minute', '100000'],
]);
const call = (name, request) => server.operator.call(name, request);

async function measure(what, act, notice) {
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    const { id, secret } = await server.createAgent(`${what.replaceAll(' ', '-')}-${run}`);
    const agent = await Agent.open(server, id, secret);
    await agent.ping();
    const began = performance.now();
    const noticed = notice(agent).then(() => performance.now() - began);
    await act(id);
    times.push(await noticed);
    agent.socket.terminate();
  }
  times.sort((a, b) => a - b);
  const ms = (value) => value.toFixed(1).padStart(7);
  const median = times[Math.floor(times.length / 2)];
  console.log(`${what.padEnd(16)}${ms(median)}${ms(times[0])}${ms(times.at(-1))}`);
}

try {
  const others = [];
  for (let i = 0; i < OTHERS; i++) {
    const { id, secret } = await server.createAgent(`other-${i}`);
    others.push(await Agent.open(server, id, secret));
  }
  console.log(`${RUNS} runs each, ${OTHERS} other agents connected; in ms`);
  console.log(`${''.padEnd(16)} median  least   most`);
  const heard = (agent) => agent.next();
  const ended = (agent) => agent.ended();
  const of = (name, more = {}) => (id) => call(name, { agent_id: id, ...more });
  await measure('command', of('SendCommand', { type: 'work', payload: toStruct({}) }), heard);
  await measure('configuration', of('SetDesiredConfig', { config: toStruct({ a: 1 }) }), heard);
  await measure('disable', of('DisableAgent', { reason: 'measured' }), ended);
  await measure('delete', of('DeleteAgent'), ended);
  await measure('rotate', of('RotateSecret'), ended);
  await measure('disconnect', of('DisconnectAgent'), ended);
  for (const other of others) other.socket.terminate();
} finally {
  await server.close();
}
