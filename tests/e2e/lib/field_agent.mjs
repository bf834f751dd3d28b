// An agent's process as it lives in the field: connects, and when it is closed or
// refused connects again, with the back-off of the protocol.
import { Agent, Refused } from './agent.mjs';

const BACK_OFF_MIN_MS = 1000;
const BACK_OFF_MAX_MS = 60_000;
const RESTART = 1012;

export class FieldAgent {
  opens = 0;
  refused = []; // statuses
  closes = []; // codes
  #stopped = false;
  #wake = () => {};
  #agent = null;

  constructor(server, id, secret) {
    this.server = server;
    this.id = id;
    this.secret = secret;
    this.life = this.#live();
  }

  get connected() {
    return this.#agent !== null;
  }

  async stop() {
    this.#stopped = true;
    this.#wake();
    this.#agent?.socket.terminate();
    await this.life;
  }

  async #live() {
    let delay = BACK_OFF_MIN_MS;
    while (!this.#stopped) {
      try {
        this.#agent = await Agent.open(this.server, this.id, this.secret);
        this.opens++;
        delay = BACK_OFF_MIN_MS; // agents reset it on every successful open
        const { code } = await this.#agent.closed;
        this.closes.push(code);
        this.#agent = null;
        if (code === RESTART) continue;
      } catch (error) {
        if (error instanceof Refused) this.refused.push(error.status);
      }
      if (this.#stopped) return;
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, delay);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      delay = Math.min(delay * 2, BACK_OFF_MAX_MS);
    }
  }
}
