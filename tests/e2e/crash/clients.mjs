// Clients that write down what they are told, and never give up.
import { Agent } from '../lib/agent.mjs';
import { DEADLINE_MS } from '../lib/wait.mjs';

const RETRY_MS = 50;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Executes every command it gets, as an agent does that keeps no list of them, and
// reports one event after the other until each is acknowledged.
export class JournallingAgent {
  #stopped = false;
  #agent = null;
  #event = 0;

  constructor(id, secret, gateways, journal) {
    this.id = id;
    this.secret = secret;
    this.gateways = gateways;
    this.journal = journal;
    this.next = 0; // the gateway to try
    this.life = this.#live();
  }

  get connected() {
    return this.#agent !== null && this.#agent.socket.readyState === 1;
  }

  // No more events; commands are executed on.
  quiet() {
    this.isQuiet = true;
  }

  async stop() {
    this.#stopped = true;
    this.#agent?.socket.terminate();
    await this.life;
  }

  async #live() {
    while (!this.#stopped) {
      const gateway = this.gateways[this.next++ % this.gateways.length];
      try {
        this.#agent = await Agent.open(gateway, this.id, this.secret);
        const over = this.#agent.closed;
        await Promise.race([over, this.#serve(this.#agent)]);
        await over;
      } catch {
        await pause(RETRY_MS);
      }
      this.#agent = null;
    }
  }

  async #serve(agent) {
    this.#report(agent);
    for (;;) {
      const { type, data } = await this.#message(agent);
      if (type === 'command') {
        // Done before it is answered.
        this.journal.executed.push({ agent: this.id, command: data.command_id });
        agent.ack(data.command_id, 'completed');
      } else if (type === 'event_ack') {
        this.journal.events.push({ agent: this.id, event: data.event_id });
        this.#event++;
        setTimeout(() => this.#report(agent), RETRY_MS);
      }
    }
  }

  // Agents wait for commands for as long as it takes.
  async #message(agent) {
    for (;;) {
      try {
        return await agent.next();
      } catch (error) {
        if (agent.socket.readyState !== 1) throw error;
      }
    }
  }

  #report(agent) {
    if (this.isQuiet || agent.socket.readyState !== 1) return;
    const data = { event_id: `${this.id}-${this.#event}`, event_type: 'step', thread_id: 't' };
    agent.send({ type: 'event', data: { ...data, details: {} } });
  }
}

// Sends one agent command after command, each again under its key until it is
// answered, at whichever registry is there.
export class JournallingOperator {
  #stopped = false;
  #order = 0;

  constructor(agentId, registries, journal, random) {
    this.agentId = agentId;
    this.registries = registries;
    this.journal = journal;
    this.random = random;
    this.life = this.#live();
  }

  async stop() {
    this.#stopped = true;
    await this.life;
  }

  async #live() {
    while (!this.#stopped) {
      const order = ++this.#order;
      const key = `${this.agentId}-${order}`;
      const request = {
        agent_id: this.agentId,
        type: 'work',
        idempotency_key: key,
        max_deliveries: this.random() < 0.3 ? 1 : 50,
      };
      const { command_id: command } = await this.#send(request);
      this.journal.sends.push({ agent: this.agentId, key, command, order });
      await pause(20 + this.random() * 60);
    }
  }

  async #send(request) {
    const end = Date.now() + 4 * DEADLINE_MS;
    for (let i = 0; ; ++i) {
      const registry = this.registries[(this.#order + i) % this.registries.length];
      try {
        return await registry.operator.call('SendCommand', request);
      } catch (error) {
        if (Date.now() > end) throw error;
        await pause(RETRY_MS);
      }
    }
  }
}
