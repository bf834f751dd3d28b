// One address for several servers: each new connection is passed on to the next of them.
import { Relay } from './relay.mjs';

export class Balancer {
  // Where each connection so far has gone to: indices of `targets`.
  taken = [];

  // `targets`: "host:port" of each, all of IPv4.
  static async open(targets) {
    const balancer = new Balancer();
    const places = targets.map((target) => target.split(':'));
    balancer.relay = await Relay.open({ host: '127.0.0.1', port: 0 }, () => {
      const index = balancer.taken.length % places.length;
      balancer.taken.push(index);
      const [host, port] = places[index];
      return { host, port: Number(port) };
    });
    return balancer;
  }

  get port() {
    return this.relay.server.address().port;
  }

  close() {
    this.relay.close();
  }
}
