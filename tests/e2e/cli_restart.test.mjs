// The operator's commands that wait, over a server that stops gently and starts
// again on the same data.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { edgeplaneJson } from './lib/process.mjs';
import { BINARY, cleanEnvironment, startServer } from './lib/server.mjs';
import { until, within } from './lib/wait.mjs';

let server;
before(async () => {
  server = await startServer();
  // The command line keeps to the address it was given: it stays the same.
  server.flags = ['--grpc-listen', server.grpc.text];
});
after(() => server?.close());

class Waiting {
  out = '';
  err = '';

  constructor(t, ...args) {
    this.child = spawn(BINARY, args, {
      env: cleanEnvironment(server.home, {
        EDGEPLANE_SERVER: server.grpc.text,
        EDGEPLANE_TOKEN_FILE: `${server.dataDir}/admin.token`,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => this.child.kill('SIGKILL'));
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.out += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.err += text));
    this.closed = once(this.child, 'close');
  }

  async code() {
    return (await within('the command ends', this.closed))[0];
  }
}

const STATES = /\b(QUEUED|DELIVERED|COMPLETED)\b/g;

describe('a restart', () => {
  for (const name of ['watch', 'send']) {
    test(`does not end a command ${name} that waits, and no step is lost or told twice`, async (t) => {
      const a = await server.createAgent(`waited-${name}`);
      const args = ['send', a.id, 'reload'];
      let waiting;
      if (name === 'watch') {
        const sent = await edgeplaneJson(server, ['command', ...args]);
        waiting = new Waiting(t, 'command', 'watch', sent.command_id);
      } else {
        waiting = new Waiting(t, 'command', ...args, '--wait');
      }
      await until('the first step is printed', () => waiting.out.includes('QUEUED'));
      for (let i = 0; i < 3; ++i) {
        assert.deepEqual(await server.terminate(), { code: 0, signal: null });
        await server.start();
      }
      const agent = await Agent.open(server, a.id, a.secret);
      agent.ack((await agent.nextCommand()).command_id, 'completed');
      assert.equal(await waiting.code(), 0, waiting.err);
      assert.deepEqual(waiting.out.match(STATES), ['QUEUED', 'DELIVERED', 'COMPLETED']);
      assert.equal(waiting.err, '');
      await agent.close();
    });
  }
});
