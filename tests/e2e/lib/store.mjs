// `edgeplane store ARGS`, with no environment but what is given.
import { run } from './process.mjs';
import { BINARY, cleanEnvironment } from './server.mjs';

export const store = (home, args, environment = {}) =>
  run(BINARY, ['store', ...args], { env: cleanEnvironment(home, environment) });

// With --json: the object it prints.
export async function storeJson(home, args) {
  const { code, stdout, stderr } = await store(home, [...args, '--json']);
  if (code !== 0) throw new Error(`edgeplane store ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
