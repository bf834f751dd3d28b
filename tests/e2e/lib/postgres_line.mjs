// The line between one registry and its database: a socket in between, which a test cuts.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Relay } from './relay.mjs';

const SOCKET = '.s.PGSQL.5432';

export class PostgresLine {
  // To the server of `cluster`; several registries may use it.
  static async open(cluster) {
    const line = new PostgresLine();
    line.home = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-line-'));
    const target = { path: path.join(cluster.home, SOCKET) };
    line.relay = await Relay.open({ path: path.join(line.home, SOCKET) }, () => target);
    return line;
  }

  // As `database` of the cluster, over this line.
  through(database) {
    return database.replace(/host=\S+/, `host=${this.home}`);
  }

  // Nothing gets through any more, and nobody is told.
  fallSilent() {
    this.relay.fallSilent();
  }

  close() {
    this.relay.close();
    fs.rmSync(this.home, { recursive: true, force: true });
  }
}
