// Commands, as the operator sends and follows them.
import { toStruct } from './struct.mjs';
import { until } from './wait.mjs';

export class Commands {
  #server;

  constructor(server) {
    this.#server = server;
  }

  send(agentId, type, payload = {}, more = {}) {
    return this.#server.operator.call('SendCommand', {
      agent_id: agentId,
      type,
      payload: toStruct(payload),
      ...more,
    });
  }

  get({ command_id: id }) {
    return this.#server.operator.call('GetCommand', { command_id: id });
  }

  async list(filter) {
    return (await this.#server.operator.call('ListCommands', { page_size: 1000, filter })).commands;
  }

  cancel({ command_id: id }, reason = '') {
    return this.#server.operator.call('CancelCommand', { command_id: id, reason });
  }

  // The command, once `holds` of it.
  when(command, what, holds) {
    return until(`${command.type} ${what}`, async () => {
      const now = await this.get(command);
      return holds(now) && now;
    });
  }

  reaches(command, state) {
    return this.when(command, `is ${state}`, (now) => now.state === state);
  }
}
