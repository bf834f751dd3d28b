// 1 000 random switches between WebSocket and polling in mid-command, with
// connections cut at random: every command ends in exactly one final state, none
// is lost, none with max_deliveries 1 is delivered twice, and each
// acknowledgement is in the history once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { Poller } from './lib/http.mjs';
import { randomFrom } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const SWITCHES = Number(process.env.EDGEPLANE_E2E_SWITCHES ?? 1000);
const AGENTS = 8;
const FINAL = new Set(['COMPLETED', 'FAILED', 'IN_DOUBT']);

// One agent that switches channels; what it was given and what it said is kept.
class Switcher {
  given = new Map(); // command id -> how often it arrived
  said = new Map(); // command id -> acknowledgements over HTTP that were answered
  told = []; // over a WebSocket: {id, status, arrives}, false where it was cut behind it
  finished = new Set(); // acknowledged as completed, and certainly heard

  constructor(server, a, random) {
    this.server = server;
    this.a = a;
    this.random = random;
    this.poller = new Poller(server, a.id, a.secret);
  }

  arrived(id) {
    assert.ok(!this.finished.has(id), 'nobody is given again what is known to be done');
    this.given.set(id, (this.given.get(id) ?? 0) + 1);
    this.poller.lastCommandId = id;
    return id;
  }

  // Takes what comes over a WebSocket for a while, answers some of it, and leaves
  // in one way or another.
  async connection() {
    const agent = await Agent.open(this.server, this.a.id, this.a.secret);
    const told = [];
    const rounds = 1 + Math.floor(this.random() * 4);
    for (let i = 0; i < rounds; i++) {
      agent.send('{"type":"ping"}');
      let message;
      while ((message = await agent.next()).type !== 'pong') {
        const id = this.arrived(message.data.command_id);
        const status = ['completed', 'completed', 'executing', null][Math.floor(this.random() * 4)];
        if (!status) continue;
        agent.ack(id, status);
        told.push({ id, status });
      }
    }
    const cut = this.random() < 0.5;
    if (cut) await agent.cut();
    else await agent.close(1000);
    this.told.push(...told.map((said) => ({ ...said, arrives: !cut })));
    if (cut) return;
    for (const { id, status } of told) if (status === 'completed') this.finished.add(id);
  }

  // Some syncs, some of which are given up before their answer has come.
  async polling() {
    const rounds = 1 + Math.floor(this.random() * 4);
    for (let i = 0; i < rounds; i++) {
      const cut = new AbortController();
      const answer = this.poller.syncRaw({}, { signal: cut.signal });
      if (this.random() < 0.2) {
        setImmediate(() => cut.abort());
        await answer.catch(() => null);
        continue;
      }
      const { commands } = (await answer).json;
      for (const command of commands) {
        const id = this.arrived(command.command_id);
        if (this.random() < 0.6) await this.acknowledge(id);
      }
    }
  }

  // Sends an acknowledgement until it is answered: the first answers may be lost.
  async acknowledge(id) {
    const timestamp = new Date().toISOString();
    if (this.random() < 0.2) {
      const cut = new AbortController();
      const lost = this.poller.ack(id, true, { timestamp }, '/edge/command/ack', cut.signal);
      setImmediate(() => cut.abort());
      await lost.catch(() => null);
    }
    const answer = await this.poller.ack(id, true, { timestamp });
    assert.equal(answer.status, 200, answer.body);
    this.finished.add(id);
    this.said.set(id, [...(this.said.get(id) ?? []), timestamp]);
  }
}

test(`${SWITCHES} random switches between WebSocket and polling in mid-command`, async (t) => {
  const seed = Number(process.env.EDGEPLANE_E2E_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}`);
  const server = await startServer([
    ...['--sync-redelivery-after', '1s', '--sweep-interval', '50ms'],
    ...['--upgrade-attempts-per-minute', '100000', '--messages-per-minute', '1000000'],
    ...['--takeover-max', '1000'],
  ]);
  try {
    const operator = new Commands(server);
    const sent = [];
    let switches = 0;
    const one = async (number) => {
      const random = randomFrom(seed * 100 + number);
      const a = await server.createAgent(`switcher-${number}`);
      const switcher = new Switcher(server, a, random);
      while (switches < SWITCHES) {
        switches++;
        const more = { max_deliveries: random() < 0.4 ? 1 : 0 };
        sent.push({ switcher, command: await operator.send(a.id, 'work', {}, more) });
        if (random() < 0.5) await switcher.connection();
        else await switcher.polling();
      }
      return switcher;
    };
    const switchers = await Promise.all(Array.from({ length: AGENTS }, (_, n) => one(n)));

    // The storm is over: each takes what is left, and answers all it ever got.
    for (const switcher of switchers) {
      const mine = sent.filter((s) => s.switcher === switcher);
      await until(`all commands of ${switcher.a.id} have ended`, async () => {
        const { commands } = (await switcher.poller.syncRaw()).json;
        for (const { command_id: id } of commands) {
          switcher.arrived(id);
        }
        const open = [];
        for (const { command } of mine) {
          const now = await operator.get(command);
          if (!FINAL.has(now.state)) open.push(now);
        }
        for (const now of open) {
          if (switcher.given.has(now.command_id)) await switcher.acknowledge(now.command_id);
        }
        return open.length === 0;
      });
    }

    let twice = 0;
    for (const { switcher, command } of sent) {
      const now = await operator.get(command);
      assert.ok(FINAL.has(now.state), now.state);
      const arrived = switcher.given.get(command.command_id) ?? 0;
      if (command.max_deliveries === 1) assert.ok(arrived <= 1, `${arrived} deliveries of one`);
      else assert.equal(now.state, 'COMPLETED', 'at least once is once at least');
      if (arrived > 1) twice++;
      const steps = now.history.filter((step) => step.channel === 'HTTP' && step.detail === 'success');
      const said = switcher.said.get(command.command_id) ?? [];
      // Those whose answer was lost were sent again, and are one all the same.
      assert.equal(steps.length, said.length, JSON.stringify(now.history));
      const heard = now.history.filter((step) => step.channel === 'WEBSOCKET');
      const told = switcher.told.filter(({ id }) => id === command.command_id);
      for (const status of ['completed', 'executing']) {
        const times = heard.filter((step) => step.detail === status).length;
        const all = told.filter((one) => one.status === status);
        const sure = all.filter((one) => one.arrives).length;
        const text = JSON.stringify({ told, history: now.history });
        assert.ok(times >= sure && times <= all.length, text);
      }
    }
    t.diagnostic(`${sent.length} commands, ${twice} delivered more than once`);
  } finally {
    await server.close();
  }
});
