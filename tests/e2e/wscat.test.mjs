// A person at a terminal: `wscat`, as the README shows it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { agentUrl } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { cleanEnvironment, startServer } from './lib/server.mjs';
import { until, within } from './lib/wait.mjs';

const WSCAT = path.join(
  path.dirname(createRequire(import.meta.url).resolve('wscat/package.json')),
  'bin/wscat',
);

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

// A running wscat: `output` so far, `type(line)`, `end()`.
function wscat(...args) {
  const child = spawn(process.execPath, [WSCAT, '--no-color', ...args], {
    env: cleanEnvironment(server.home, { NODE_OPTIONS: '--dns-result-order=ipv4first' }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const session = {
    output: '',
    type: (line) => child.stdin.write(`${line}\n`),
    shows: (pattern) =>
      until(`wscat shows ${pattern}`, () => {
        if (child.exitCode !== null && !pattern.test(session.output)) {
          throw new Error(`wscat ended: ${session.output}`);
        }
        return pattern.exec(session.output);
      }),
    exited: within('wscat ends', once(child, 'exit')),
    end: async () => {
      child.kill('SIGTERM');
      await session.exited;
    },
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (session.output += text));
  }
  return session;
}

for (const [how, trust] of [
  ['--ca', () => ['--ca', server.caFile]],
  ['-n', () => ['-n']],
]) {
  test(`wscat ${how} connects, is sent a command, and acknowledges it`, async () => {
    const { id, secret } = await server.createAgent(`person${how.length}`);
    const commands = new Commands(server);
    const command = await commands.send(id, 'greet', { text: 'hello' });
    const person = wscat(
      '-c',
      agentUrl({ port: server.tls.port, id }),
      ...trust(),
      '-H',
      `Authorization: Bearer ${secret}`,
    );
    try {
      const [, message] = await person.shows(/^.*?(\{"type":"command".*\})/m);
      const { data } = JSON.parse(message);
      assert.equal(data.command_id, command.command_id);
      assert.deepEqual(data.payload, { text: 'hello' });
      person.type(
        JSON.stringify({
          type: 'command_ack',
          data: { command_id: data.command_id, status: 'completed' },
        }),
      );
      await commands.reaches(command, 'COMPLETED');
      person.type('{"type":"ping"}');
      await person.shows(/\{"type":"pong"\}/);
    } finally {
      await person.end();
    }
  });
}

test('wscat that is refused shows the status', async () => {
  const { id } = await server.createAgent('person-refused');
  const person = wscat(
    '-c',
    agentUrl({ port: server.tls.port, id }),
    '--ca',
    server.caFile,
    '-H',
    'Authorization: Bearer not-the-secret',
  );
  await person.shows(/401/);
  await person.exited;
});

test('wscat does not trust the self-signed certificate unless it is told to', async () => {
  const { id, secret } = await server.createAgent('person-careful');
  const person = wscat(
    '-c',
    agentUrl({ port: server.tls.port, id }),
    '-H',
    `Authorization: Bearer ${secret}`,
  );
  await person.shows(/self.signed/i);
  await person.exited;
});
