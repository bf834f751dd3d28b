// An agent: the npm package `ws`, over TLS, with a queue of what it received.
import WebSocket from 'ws';
import { within } from './wait.mjs';

// The answer of a server that refused the upgrade.
export class Refused extends Error {
  constructor(response, body) {
    super(`refused with ${response.statusCode}: ${body}`);
    this.status = response.statusCode;
    this.headers = response.headers;
    this.body = body;
  }

  get json() {
    return JSON.parse(this.body);
  }
}

export function agentUrl({ scheme = 'wss', port, id }) {
  return `${scheme}://localhost:${port}/edge/ws?edge_agent_id=${encodeURIComponent(id)}`;
}

export class Agent {
  #messages = [];
  #waiters = [];

  // Resolves with an open agent; rejects with Refused, or with the socket's
  // error. Options: `bearer`, `headers`, `url`, `plain` (no TLS), `ca`.
  static async open(server, id, bearer, options = {}) {
    const headers = { ...(bearer && { Authorization: `Bearer ${bearer}` }), ...options.headers };
    const scheme = options.plain ? 'ws' : 'wss';
    const { port } = options.plain ? server.plain : server.tls;
    const agent = new Agent();
    agent.id = id;
    agent.socket = new WebSocket(options.url ?? agentUrl({ scheme, port, id }), {
      headers,
      ca: options.ca ?? server.ca,
      family: 4, // the server listens on 127.0.0.1, and localhost may be ::1 first
      perMessageDeflate: options.perMessageDeflate ?? true,
      ...options.socket,
    });
    agent.closed = new Promise((resolve) => {
      agent.socket.once('close', (code, reason) =>
        resolve({ code, reason: reason.toString('utf8') }),
      );
    });
    agent.socket.on('message', (data, isBinary) => agent.#received(data, isBinary));
    agent.socket.once('upgrade', (response) => (agent.handshake = response));
    const opened = new Promise((resolve, reject) => {
      agent.socket.once('open', () => {
        agent.socket.on('error', (error) => (agent.error = error));
        resolve(agent);
      });
      agent.socket.once('error', reject);
      agent.socket.once('unexpected-response', (request, response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const refused = new Refused(response, Buffer.concat(chunks).toString('utf8'));
          server.secrecy.check(
            'a refused answer',
            JSON.stringify(response.rawHeaders) + refused.body,
          );
          request.destroy();
          reject(refused);
        });
      });
    });
    return within(`${id} is answered`, opened);
  }

  #received(data, isBinary) {
    const message = isBinary ? { binary: data } : JSON.parse(data.toString('utf8'));
    const waiter = this.#waiters.shift();
    if (waiter) waiter(message);
    else this.#messages.push(message);
  }

  // The next message, whatever it is. Rejects when the connection ends before it.
  next() {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    const message = new Promise((resolve) => this.#waiters.push(resolve));
    const ended = this.closed.then(({ code }) => {
      throw new Error(`${this.id} was closed with ${code}, and sent nothing more`);
    });
    return within(`a message for ${this.id}`, Promise.race([message, ended]));
  }

  // How many messages have come that nobody asked for yet.
  get unread() {
    return this.#messages.length;
  }

  // The data of the next message, which must be a command.
  async nextCommand() {
    const message = await this.next();
    if (message.type !== 'command') throw new Error(`not a command: ${JSON.stringify(message)}`);
    return message.data;
  }

  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  ack(commandId, status, more = {}) {
    this.send({ type: 'command_ack', data: { command_id: commandId, status, ...more } });
  }

  // The form agents of the first generation speak.
  ackOldForm(commandId, success, error = null) {
    this.send({
      type: 'command_ack',
      data: { command_id: commandId, success, error, timestamp: new Date().toISOString() },
    });
  }

  // What the agent is sent next is the answer to this ping: the connection
  // lives, and nothing else was waiting.
  async ping() {
    this.send({ type: 'ping' });
    const answer = await this.next();
    if (JSON.stringify(answer) !== '{"type":"pong"}') {
      throw new Error(`${this.id} pinged, and was sent ${JSON.stringify(answer)}`);
    }
  }

  // {code, reason} of the close, whoever began it.
  ended() {
    return within(`the connection of ${this.id} ends`, this.closed);
  }

  async close(code) {
    this.socket.close(code);
    return this.ended();
  }

  // The line is cut: no close frame, no TLS close.
  async cut() {
    this.socket.terminate();
    return this.ended();
  }
}

// What the server answers to an upgrade that must be refused.
export async function refusalOf(server, id, bearer, options) {
  let agent;
  try {
    agent = await Agent.open(server, id, bearer, options);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  agent.socket.terminate();
  throw new Error(`${id} was let in`);
}
