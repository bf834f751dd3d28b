// What agents say about commands, in both generations of the message, and what
// the operator makes of it: history, cancelling, expiry, watching.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { startServer } from './lib/server.mjs';
import { duration, millisOf } from './lib/struct.mjs';
import { until, within } from './lib/wait.mjs';

let server;
let commands;
before(async () => {
  server = await startServer();
  commands = new Commands(server);
});
after(() => server?.close());

const open = ({ id, secret }) => Agent.open(server, id, secret);
const states = (command) => command.history.map((step) => step.state);

// A new agent, connected, that has been handed one command.
async function handed(id, more = {}) {
  const registered = await server.createAgent(id);
  const agent = await open(registered);
  const command = await commands.send(id, `work-${id}`, {}, more);
  assert.equal((await agent.nextCommand()).command_id, command.command_id);
  return { agent, command, registered };
}

describe('both forms', () => {
  test('status completed', async () => {
    const { agent, command } = await handed('new-completed');
    agent.ack(command.command_id, 'completed', { completed_at: new Date().toISOString() });
    const done = await commands.reaches(command, 'COMPLETED');
    assert.equal(done.error, '');
    assert.deepEqual(states(done), ['QUEUED', 'DELIVERED', 'COMPLETED']);
    await agent.close(1000);
  });

  test('status failed, with the error', async () => {
    const { agent, command } = await handed('new-failed');
    agent.ack(command.command_id, 'failed', { error: 'no such rule: ü' });
    assert.equal((await commands.reaches(command, 'FAILED')).error, 'no such rule: ü');
    await agent.close(1000);
  });

  test('success true', async () => {
    const { agent, command } = await handed('old-completed');
    agent.ackOldForm(command.command_id, true);
    assert.equal((await commands.reaches(command, 'COMPLETED')).error, '');
    await agent.close(1000);
  });

  test('success false, with the error', async () => {
    const { agent, command } = await handed('old-failed');
    agent.ackOldForm(command.command_id, false, 'disk full');
    assert.equal((await commands.reaches(command, 'FAILED')).error, 'disk full');
    await agent.close(1000);
  });
});

describe('progress', () => {
  test('received, executing and completed are steps of one history', async () => {
    const { agent, command, registered } = await handed('progress');
    for (const status of ['received', 'executing', 'completed'])
      agent.ack(command.command_id, status);
    const done = await commands.reaches(command, 'COMPLETED');
    assert.deepEqual(states(done), ['QUEUED', 'DELIVERED', 'RECEIVED', 'EXECUTING', 'COMPLETED']);
    assert.deepEqual(
      done.history.map((step) => step.number),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(
      done.history.map((step) => step.channel),
      ['API', 'WEBSOCKET', 'WEBSOCKET', 'WEBSOCKET', 'WEBSOCKET'],
    );
    const { session } = await server.operator.call('GetAgent', { agent_id: registered.id });
    assert.deepEqual(
      new Set(done.history.slice(1).map((step) => step.session_id)),
      new Set([session.session_id]),
    );
    const times = done.history.map((step) => millisOf(step.time));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    assert.deepEqual(done.update_time, done.history.at(-1).time);
    await agent.close(1000);
  });

  test('pending is progress, in the agent’s own word, and not final', async () => {
    const { agent, command } = await handed('pending');
    agent.ack(command.command_id, 'pending');
    const pending = await commands.when(
      command,
      'has a third step',
      (now) => now.history.length === 3,
    );
    assert.match(pending.history[2].detail, /pending/);
    assert.ok(['RECEIVED', 'EXECUTING'].includes(pending.state));
    agent.ack(command.command_id, 'completed');
    await commands.reaches(command, 'COMPLETED');
    await agent.close(1000);
  });

  test('completed twice: the second changes nothing and is kept', async () => {
    const { agent, command } = await handed('twice');
    agent.ack(command.command_id, 'completed');
    agent.ack(command.command_id, 'completed');
    agent.ack(command.command_id, 'failed', { error: 'too late' });
    const done = await commands.when(command, 'has five steps', (now) => now.history.length === 5);
    assert.deepEqual(states(done), ['QUEUED', 'DELIVERED', 'COMPLETED', 'COMPLETED', 'COMPLETED']);
    assert.equal(done.state, 'COMPLETED');
    assert.equal(done.error, '');
    await agent.close(1000);
  });
});

describe('what is not one’s own', () => {
  test('an unknown or foreign command: nothing changes and nothing is closed', async () => {
    const { agent: owner, command } = await handed('owner');
    const stranger = await open(await server.createAgent('stranger'));
    const counted = (await server.metrics()).sum('edgeplane_messages_received_total');
    stranger.ack(command.command_id, 'completed');
    stranger.ack('0190a5b4-0000-7000-8000-000000000000', 'completed');
    stranger.ack('not-a-uuid', 'failed');
    await stranger.ping();
    await until(
      'four messages are counted',
      async () => (await server.metrics()).sum('edgeplane_messages_received_total') === counted + 4,
    );
    owner.ack(command.command_id, 'received');
    const now = await commands.reaches(command, 'RECEIVED');
    assert.deepEqual(states(now), ['QUEUED', 'DELIVERED', 'RECEIVED']);
    await stranger.close(1000);
    await owner.close(1000);
  });

  test('what a superseded session says is refused', async () => {
    const { agent: older, command, registered } = await handed('superseded');
    older.ack(command.command_id, 'received');
    await commands.reaches(command, 'RECEIVED');
    const newer = await open(registered);
    await older.ended();
    newer.ack(command.command_id, 'executing');
    assert.deepEqual(states(await commands.reaches(command, 'EXECUTING')), [
      'QUEUED',
      'DELIVERED',
      'RECEIVED',
      'EXECUTING',
    ]);
    await newer.close(1000);
  });
});

describe('the operator', () => {
  test('cancels what is queued: it is never delivered', async () => {
    const a = await server.createAgent('cancel-queued');
    const command = await commands.send(a.id, 'regretted');
    const cancelled = await commands.cancel(command, 'typo');
    assert.equal(cancelled.state, 'CANCELLED');
    assert.match(cancelled.history.at(-1).detail, /typo/);
    const marker = await commands.send(a.id, 'marker');
    const agent = await open(a);
    assert.equal((await agent.nextCommand()).command_id, marker.command_id);
    await assert.rejects(commands.cancel(command), { code: 9, reason: 'COMMAND_FINAL' });
    await agent.close(1000);
  });

  test('cancels what is delivered: a late answer is kept and changes nothing', async () => {
    const { agent, command } = await handed('cancel-delivered');
    assert.equal((await commands.cancel(command)).state, 'CANCELLED');
    agent.ack(command.command_id, 'completed');
    const late = await commands.when(
      command,
      'has the late answer',
      (now) => now.history.length === 4,
    );
    assert.deepEqual(states(late), ['QUEUED', 'DELIVERED', 'CANCELLED', 'CANCELLED']);
    await agent.close(1000);
  });

  test('sets a time after which a command is not delivered any more', async () => {
    const a = await server.createAgent('expiry');
    const command = await commands.send(a.id, 'fleeting', {}, { ttl: duration(1) });
    assert.equal(millisOf(command.expire_time) - millisOf(command.create_time), 1000);
    const expired = await commands.reaches(command, 'EXPIRED');
    assert.equal(expired.history.at(-1).channel, 'SYSTEM');
    const marker = await commands.send(a.id, 'marker');
    const agent = await open(a);
    assert.equal((await agent.nextCommand()).command_id, marker.command_id);
    await agent.close(1000);
  });

  test('lists commands by agent and state, newest first, in pages', async () => {
    const a = await server.createAgent('listed');
    const sent = [];
    for (const type of ['one', 'two', 'three'])
      sent.unshift((await commands.send(a.id, type)).command_id);
    await commands.cancel({ command_id: sent[0] });
    const ids = (list) => list.map((command) => command.command_id);
    assert.deepEqual(ids(await commands.list({ agent_id: a.id })), sent);
    assert.deepEqual(
      ids(await commands.list({ agent_id: a.id, states: ['CANCELLED'] })),
      sent.slice(0, 1),
    );
    assert.deepEqual(
      ids(await commands.list({ agent_id: a.id, states: ['QUEUED', 'FAILED'] })),
      sent.slice(1),
    );
    const page = await server.operator.call('ListCommands', {
      page_size: 2,
      filter: { agent_id: a.id },
    });
    assert.deepEqual(ids(page.commands), sent.slice(0, 2));
    const rest = await server.operator.call('ListCommands', {
      page_size: 2,
      filter: { agent_id: a.id },
      page_token: page.next_page_token,
    });
    assert.deepEqual(ids(rest.commands), sent.slice(2));
    await assert.rejects(server.operator.call('ListCommands', { page_token: 'made up' }), {
      code: 3,
      reason: 'PAGE_TOKEN_INVALID',
    });
  });

  test('watches a command from its first step to its last', async () => {
    const { agent, command } = await handed('watched');
    const steps = [];
    const watching = (async () => {
      for await (const { command_id: id, step } of server.operator.stream('WatchCommand', {
        command_id: command.command_id,
      })) {
        assert.equal(id, command.command_id);
        steps.push(step);
        // Each answer is given only when the step before it has been seen.
        if (step.state === 'DELIVERED') agent.ack(command.command_id, 'executing');
        if (step.state === 'EXECUTING') agent.ack(command.command_id, 'completed');
      }
    })();
    await within('the stream ends', watching);
    assert.deepEqual(
      steps.map((step) => step.state),
      ['QUEUED', 'DELIVERED', 'EXECUTING', 'COMPLETED'],
    );
    assert.deepEqual(steps, (await commands.get(command)).history);

    const resumed = [];
    for await (const { step } of server.operator.stream('WatchCommand', {
      command_id: command.command_id,
      after_number: 2,
    })) {
      resumed.push(step.number);
    }
    assert.deepEqual(resumed, [3, 4]);
    await agent.close(1000);
  });

  test('is told when there is nothing to watch', async () => {
    const stream = server.operator.stream('WatchCommand', {
      command_id: '0190a5b4-0000-7000-8000-000000000000',
    });
    await assert.rejects(
      (async () => {
        for await (const _ of stream);
      })(),
      { code: 5 },
    );
  });
});
