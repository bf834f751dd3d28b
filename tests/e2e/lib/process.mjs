// Programs run to their end: the command line of edgeplane, openssl, promtool.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BINARY, cleanEnvironment } from './server.mjs';
import { within } from './wait.mjs';

// {code, stdout, stderr}; rejects with ENOENT when there is no such program.
export async function run(program, args, { env = process.env, input } = {}) {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  child.stdin.on('error', () => {}); // a program need not read what it is given
  child.stdin.end(input);
  try {
    const [code] = await within(`${program} ${args.join(' ')} ends`, once(child, 'close'));
    return { code, stdout, stderr };
  } finally {
    child.kill('SIGKILL');
  }
}

// `edgeplane ARGS ..` against a server, which it finds by environment as an
// operator's shell would set it.
export async function edgeplane(server, args, { env = {} } = {}) {
  const result = await run(BINARY, args, {
    env: cleanEnvironment(server.home, {
      EDGEPLANE_SERVER: server.grpc.text,
      EDGEPLANE_TOKEN_FILE: `${server.dataDir}/admin.token`,
      ...env,
    }),
  });
  return result;
}

// The same with --json: the object it prints.
export async function edgeplaneJson(server, args, options) {
  const result = await edgeplane(server, [...args, '--json'], options);
  if (result.code !== 0) {
    throw new Error(`edgeplane ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
  }
  return JSON.parse(result.stdout);
}
