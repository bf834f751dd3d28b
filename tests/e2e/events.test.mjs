// What agents report, as operators list and follow it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Poller } from './lib/http.mjs';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { BINARY, cleanEnvironment, startServer } from './lib/server.mjs';
import { fromStruct, millisOf } from './lib/struct.mjs';
import { until, within } from './lib/wait.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const call = (name, request) => server.operator.call(name, request);

// An agent that reports over its WebSocket, and is told that it is stored.
class Reporter {
  static async open(id, on = server) {
    const reporter = new Reporter();
    const { secret } = await on.createAgent(id);
    reporter.id = id;
    reporter.secret = secret;
    reporter.agent = await Agent.open(on, id, secret);
    return reporter;
  }

  async report(eventId, type = 'message', details = {}) {
    this.agent.send({
      type: 'event',
      data: { event_id: eventId, event_type: type, thread_id: 'th', details },
    });
    assert.deepEqual(await this.agent.next(), { type: 'event_ack', data: { event_id: eventId } });
  }

  close() {
    return this.agent.close(1000);
  }
}

// A stream that is read by hand.
class Watching {
  constructor(request = {}, on = server) {
    this.stream = on.operator.stream('WatchEvents', request);
    this.messages = this.stream[Symbol.asyncIterator]();
  }

  // The id of the next event; 'begin' for a message without one.
  async next() {
    const { value, done } = await within('an event is watched', this.messages.next());
    assert.equal(done, false);
    assert.ok(value.resume_token.length > 0);
    this.token = value.resume_token;
    return value.event?.event_id ?? 'begin';
  }

  end() {
    this.stream.cancel();
  }
}

describe('listing', () => {
  test('gives every field, whichever channel it came by', async () => {
    const reporter = await Reporter.open('listed');
    const details = { text: 'grüß dich', n: 1.5, deep: { list: [1, null, true] } };
    const before = Date.now();
    await reporter.report('ev-1', 'message_received', details);
    const poller = new Poller(server, reporter.id, reporter.secret);
    const answer = await poller.sync({
      pending_events: [{ event_id: 'ev-2', event_type: 'polled', details: {} }],
    });
    assert.deepEqual(answer.ack_events, ['ev-2']);
    const filter = { agent_id: reporter.id };
    const { events } = await call('ListEvents', { filter });
    assert.deepEqual(
      events.map((event) => [event.event_id, event.event_type, event.thread_id, event.channel]),
      [
        ['ev-2', 'polled', '', 'HTTP'],
        ['ev-1', 'message_received', 'th', 'WEBSOCKET'],
      ],
    );
    assert.deepEqual(fromStruct(events[1].details), details);
    assert.ok(millisOf(events[1].receive_time) >= before - 1000);
    const typed = await call('ListEvents', { filter: { ...filter, event_type: 'polled' } });
    assert.deepEqual(
      typed.events.map((event) => event.event_id),
      ['ev-2'],
    );
    await reporter.close();
  });

  test('the same id again is the same event; another agent may use it too', async () => {
    const one = await Reporter.open('twice-1');
    const two = await Reporter.open('twice-2');
    await one.report('same');
    await one.report('same');
    await two.report('same');
    for (const { id } of [one, two]) {
      assert.equal((await call('ListEvents', { filter: { agent_id: id } })).events.length, 1);
    }
    await one.close();
    await two.close();
  });

  test('by the command line', async () => {
    const reporter = await Reporter.open('cli-listed');
    await reporter.report('ev-1', 'message_received', { text: '\u001b[2J' });
    const args = ['event', 'list', '--agent', reporter.id];
    const { events } = await edgeplaneJson(server, args);
    assert.deepEqual(events[0].details, { text: '\u001b[2J' });
    const { stdout } = await edgeplane(server, args);
    assert.match(stdout, /message_received +th +ev-1 +websocket/);
    assert.ok(!stdout.includes('\u001b'));
    await reporter.close();
  });
});

describe('watching', () => {
  test('says where it begins, then tells each event as it is stored', async () => {
    const reporter = await Reporter.open('watched');
    await reporter.report('before');
    const watching = new Watching({ filter: { agent_id: reporter.id } });
    assert.equal(await watching.next(), 'begin');
    for (const id of ['1', '2', '3']) {
      await reporter.report(id);
      assert.equal(await watching.next(), id);
    }
    watching.end();
    await reporter.close();
  });

  test('goes on behind any message, over a kill of the server, and misses nothing', async () => {
    const reporter = await Reporter.open('resumed');
    const filter = { agent_id: reporter.id };
    const watching = new Watching({ filter });
    assert.equal(await watching.next(), 'begin');
    const begin = watching.token;
    await reporter.report('1');
    assert.equal(await watching.next(), '1');
    await reporter.report('2');
    watching.messages.next().catch(() => {}); // the kill ends it
    await server.restart();
    const again = await Agent.open(server, reporter.id, reporter.secret);
    reporter.agent = again;
    await reporter.report('3');
    const second = new Watching({ filter, resume_token: watching.token });
    assert.equal(await second.next(), '2');
    assert.equal(await second.next(), '3');
    await reporter.report('4');
    assert.equal(await second.next(), '4');
    second.end();
    const all = new Watching({ filter, resume_token: begin });
    for (const id of ['1', '2', '3', '4']) assert.equal(await all.next(), id);
    all.end();
    await reporter.close();
  });

  test('a token is for its filter', async () => {
    const watching = new Watching();
    assert.equal(await watching.next(), 'begin');
    watching.end();
    for (const request of [
      { filter: { event_type: 'x' }, resume_token: watching.token },
      { resume_token: 'bm90IG9uZQ' },
    ]) {
      const refused = server.operator.stream('WatchEvents', request);
      await assert.rejects(
        within('the stream ends', refused[Symbol.asyncIterator]().next()),
        (error) => error.code === 3 && /resume token/.test(error.details),
      );
    }
  });

  test('by the command line, one object a line, over a restart', async (t) => {
    // The command line keeps to the address it was given: this one stays.
    const port = server.grpc.port;
    const own = await startServer(['--grpc-listen', '127.0.0.1:0']);
    t.after(() => own.close());
    own.flags = ['--grpc-listen', own.grpc.text];
    assert.notEqual(own.grpc.port, port);
    const reporter = await Reporter.open('followed', own);
    const child = spawn(BINARY, ['event', 'watch', '--json', '--limit', '3'], {
      env: cleanEnvironment(own.home, {
        EDGEPLANE_SERVER: own.grpc.text,
        EDGEPLANE_TOKEN_FILE: `${own.dataDir}/admin.token`,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    let lines = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (lines += text));
    const exit = once(child, 'exit');
    await until('the watch has begun', () => lines.includes('resume_token'));
    await reporter.report('1');
    await until('the first is printed', () => lines.includes('"event_id":"1"'));
    await own.restart();
    reporter.agent = await Agent.open(own, reporter.id, reporter.secret);
    await reporter.report('2');
    await reporter.report('3');
    const [code] = await within('the watch ends', exit);
    assert.equal(code, 0);
    const messages = lines.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(
      messages.map((message) => message.event?.event_id ?? 'begin'),
      ['begin', '1', '2', '3'],
    );
    const rest = await edgeplane(own, [
      'event',
      'watch',
      '--json',
      '--limit',
      '1',
      '--resume-token',
      messages.at(-2).resume_token,
    ]);
    assert.equal(JSON.parse(rest.stdout).event.event_id, '3');
    await reporter.close();
  });
});

describe('what agents say of themselves', () => {
  test('is shown with the agent, the last word of whichever channel', async () => {
    const reporter = await Reporter.open('status');
    reporter.agent.send({ type: 'status', data: { uptime_seconds: 1.5, extra: { a: 1 } } });
    const told = await until('the status is there', async () => {
      const { status } = await call('GetAgent', { agent_id: reporter.id });
      return status?.fields && fromStruct(status.fields);
    });
    assert.deepEqual(told, { uptime_seconds: 1.5, extra: { a: 1 } });
    await reporter.close();
    const poller = new Poller(server, reporter.id, reporter.secret);
    await poller.sync({ status: { uptime_seconds: 7 } });
    const agent = await call('GetAgent', { agent_id: reporter.id });
    assert.deepEqual(fromStruct(agent.status.fields), { uptime_seconds: 7 });
    assert.notEqual(agent.last_sync_time, null);
    const { stdout } = await edgeplane(server, ['agent', 'show', reporter.id]);
    assert.match(stdout, /status: +\{"uptime_seconds":7/);
    assert.match(stdout, /last sync: /);
  });
});
