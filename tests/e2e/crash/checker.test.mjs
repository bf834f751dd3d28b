// The checker finds each kind of broken promise, and none where there is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './checker.mjs';

const journal = () => ({
  sends: [
    { agent: 'a', key: 'k1', command: 'c1', order: 1 },
    { agent: 'a', key: 'k2', command: 'c2', order: 2 },
  ],
  executed: [
    { agent: 'a', command: 'c1' },
    { agent: 'a', command: 'c2' },
  ],
  events: [{ agent: 'a', event: 'e1' }],
});
const store = () => ({
  commands: [
    { command_id: 'c1', agent_id: 'a', state: 'COMPLETED', max_deliveries: 3 },
    { command_id: 'c2', agent_id: 'a', state: 'COMPLETED', max_deliveries: 3 },
  ],
  events: [{ agent_id: 'a', event_id: 'e1' }],
});

function broken(change) {
  const told = journal();
  const kept = store();
  change(told, kept);
  return check(told, kept);
}

test('nothing is broken where all is well', () => {
  assert.deepEqual(check(journal(), store()), []);
});

for (const [what, change, problem] of [
  ['a command that is lost', (j, s) => s.commands.pop(), /command c2 is lost/],
  [
    'a key that made two commands',
    (j) => j.sends.push({ agent: 'a', key: 'k1', command: 'c2', order: 3 }),
    /two commands/,
  ],
  [
    'a command that is executed too often',
    (j, s) => {
      s.commands[0].max_deliveries = 1;
      j.executed.push({ agent: 'a', command: 'c1' });
    },
    /executed 2 times, and 1 /,
  ],
  ['a command that is left behind', (j, s) => (s.commands[0].state = 'QUEUED'), /c1 is QUEUED/],
  [
    'doubt about one that could have been delivered again',
    (j, s) => Object.assign(s.commands[0], { state: 'IN_DOUBT', max_deliveries: 0 }),
    /c1 is IN_DOUBT/,
  ],
  ['an answer nobody gave', (j) => j.executed.pop(), /nobody has executed/],
  ['an order that is turned round', (j) => j.executed.reverse(), /after send 2/],
  ['an event that is lost', (j, s) => s.events.pop(), /event e1 of a is lost/],
  [
    'an event that is stored twice',
    (j, s) => s.events.push({ agent_id: 'a', event_id: 'e1' }),
    /stored 2 times/,
  ],
]) {
  test(what, () => {
    const problems = broken(change);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0], problem);
  });
}

test('one that comes again is in its order all the same', () => {
  assert.deepEqual(
    broken((j) => j.executed.push({ agent: 'a', command: 'c1' })),
    [],
  );
});

test('doubt about one that may not be delivered again is no broken promise', () => {
  assert.deepEqual(
    broken((j, s) => Object.assign(s.commands[0], { state: 'IN_DOUBT', max_deliveries: 1 })),
    [],
  );
});
