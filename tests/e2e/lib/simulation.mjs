// `edgeplane simulate` against a server: while it runs, and what it says at its end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { BINARY, cleanEnvironment } from './server.mjs';
import { within } from './wait.mjs';

export class Simulation {
  stderr = '';
  #stdout = '';
  #child;
  #closed;

  constructor(server, args) {
    this.server = server;
    this.journalFile = path.join(server.home, 'journal');
    this.#child = spawn(BINARY, ['simulate', '--json', '--journal', this.journalFile, ...args], {
      env: cleanEnvironment(server.home, { EDGEPLANE_DATA_DIR: server.dataDir }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => (this.#stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.#closed = once(this.#child, 'close');
  }

  // No more is begun; what is under way comes to its end.
  finish() {
    this.#child.kill('SIGINT');
    return this.result();
  }

  // Its end: {code, summary}. It prints a summary unless it could not begin.
  async result(deadlineMs) {
    try {
      const [code, signal] = await within('the simulation ends', this.#closed, deadlineMs);
      if (this.#stdout === '') {
        throw new Error(`no summary (code ${code}, signal ${signal}): ${this.stderr}`);
      }
      for (const [what, text] of [
        ['the summary', this.#stdout],
        ['its progress', this.stderr],
      ]) {
        this.server.secrecy.check(what, text);
      }
      return { code, summary: JSON.parse(this.#stdout) };
    } finally {
      this.#child.kill('SIGKILL');
    }
  }

  // The journal's lines about `what`, so far as they are written.
  journal(what) {
    if (!fs.existsSync(this.journalFile)) return [];
    const lines = fs.readFileSync(this.journalFile, 'utf8').split('\n');
    lines.pop(); // the part behind the last newline
    return lines.map((line) => JSON.parse(line)).filter((line) => line.what === what);
  }
}

// A simulation that ends by itself.
export function simulate(server, args) {
  return new Simulation(server, args).result();
}
