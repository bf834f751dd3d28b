// The line between one registry and its database: a socket in between, which a test cuts.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const SOCKET = '.s.PGSQL.5432';

export class PostgresLine {
  #pairs = new Set();
  #silent = false;

  // To the server of `cluster`; several registries may use it.
  static async open(cluster) {
    const line = new PostgresLine();
    line.home = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-line-'));
    line.target = path.join(cluster.home, SOCKET);
    line.server = net.createServer((near) => line.#connect(near));
    await new Promise((resolve) => line.server.listen(path.join(line.home, SOCKET), resolve));
    return line;
  }

  // As `database` of the cluster, over this line.
  through(database) {
    return database.replace(/host=\S+/, `host=${this.home}`);
  }

  #connect(near) {
    const far = net.connect(this.target);
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near]]) {
      from.on('data', (bytes) => this.#silent || to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  // Nothing gets through any more, and nobody is told.
  fallSilent() {
    this.#silent = true;
  }

  close() {
    for (const pair of this.#pairs) pair.forEach((socket) => socket.destroy());
    this.server.close();
    fs.rmSync(this.home, { recursive: true, force: true });
  }
}
