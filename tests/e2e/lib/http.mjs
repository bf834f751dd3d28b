// HTTP calls of agents and operators on the agents' port: node's own client,
// over TLS unless told otherwise.
import http from 'node:http';
import https from 'node:https';
import { within } from './wait.mjs';

// {status, headers, body, json}. Options: `bearer`, `headers`, `body` (an object
// is sent as JSON, a string or Buffer as it is), `plain`, `agent` (node's, for
// keep-alive; otherwise one connection for one call), `signal`.
export function call(server, method, path, options = {}) {
  const { host, port } = options.plain ? server.plain : server.tls;
  const { body } = options;
  const bytes =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : JSON.stringify(body);
  const request = {
    host,
    port,
    method,
    path,
    agent: options.agent ?? false,
    signal: options.signal,
    ...(!options.plain && { ca: server.ca, servername: 'localhost' }),
    headers: {
      ...(options.bearer && { Authorization: `Bearer ${options.bearer}` }),
      ...(bytes !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(bytes),
      }),
      ...options.headers,
    },
  };
  return within(
    `${method} ${path}`,
    new Promise((resolve, reject) => {
      const sent = (options.plain ? http : https).request(request, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode,
            headers: response.headers,
            rawHeaders: response.rawHeaders,
            body: text,
            get json() {
              return JSON.parse(text);
            },
          });
        });
      });
      sent.on('error', reject);
      sent.end(bytes);
    }),
  );
}

export const post = (server, path, options) => call(server, 'POST', path, options);

// A polling agent, as those of the field: syncs and acknowledges.
export class Poller {
  lastCommandId = null;

  constructor(server, id, bearer, options = {}) {
    this.server = server;
    this.id = id;
    this.bearer = bearer;
    this.options = options;
  }

  #headers() {
    return { 'X-Edge-Agent-Id': this.id, ...this.options.headers };
  }

  // The answer as it is.
  syncRaw(more = {}, options = {}) {
    return post(this.server, '/edge/sync', {
      ...this.options,
      ...options,
      bearer: this.bearer,
      headers: this.#headers(),
      body: {
        edge_agent_id: this.id,
        last_command_id: this.lastCommandId,
        pending_events: [],
        status: { scheduled_messages: 0, active_rules: 0, uptime_seconds: 1 },
        ...more,
      },
    });
  }

  // The JSON of the answer, which must be 200.
  async sync(more) {
    const answer = await this.syncRaw(more);
    if (answer.status !== 200) throw new Error(`sync: ${answer.status} ${answer.body}`);
    return answer.json;
  }

  // As agents do that remember the last command they got.
  async take(more) {
    const answer = await this.sync(more);
    if (answer.commands.length > 0) this.lastCommandId = answer.commands.at(-1).command_id;
    return answer.commands;
  }

  ack(commandId, success, more = {}, path = '/edge/command/ack', signal = undefined) {
    return post(this.server, path, {
      ...this.options,
      signal,
      bearer: this.bearer,
      headers: this.#headers(),
      body: {
        command_id: commandId,
        success,
        error: null,
        timestamp: new Date().toISOString(),
        ...more,
      },
    });
  }
}
