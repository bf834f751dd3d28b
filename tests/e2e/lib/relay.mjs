// A line that a test holds in its hand: what comes in at one socket goes on to another.
import net from 'node:net';

export class Relay {
  #pairs = new Set();
  #silent = false;
  #target;

  // Listens where `listen` says (net.Server.listen). `target` gives, for each connection,
  // where it goes to (net.connect).
  static async open(listen, target) {
    const relay = new Relay();
    relay.#target = target;
    relay.server = net.createServer((near) => relay.#connect(near));
    await new Promise((resolve) => relay.server.listen(listen, resolve));
    return relay;
  }

  #connect(near) {
    const far = net.connect(this.#target());
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
  }
}
