// Who asked for what: by a client that knows nothing but reflection, by the command
// line, and over a kill of the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Commands } from './lib/commands.mjs';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { toStruct } from './lib/struct.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const list = async (filter = {}) =>
  (await server.operator.call('ListAudit', { page_size: 1000, filter })).entries;

test('an entry for each call, with its caller, what it was about and how it ended', async () => {
  const a = await server.createAgent('audited');
  const command = await new Commands(server).send(a.id, 'reload', { precious: 'payload' });
  const config = { agent_id: a.id, config: toStruct({ precious: 'config' }) };
  await server.operator.call('SetDesiredConfig', config);
  const rotated = await server.operator.call('RotateSecret', { agent_id: a.id });
  server.secrecy.keep(rotated.secret);
  await server.operator.call('DisableAgent', { agent_id: a.id, reason: 'until tomorrow' });
  await assert.rejects(server.operator.call('EnableAgent', { agent_id: 'nobody' }));

  const entries = await list();
  assert.deepEqual(
    entries.map(({ method, agent_id, status_code, error_reason }) => [
      method,
      agent_id,
      status_code,
      error_reason,
    ]),
    [
      ['EnableAgent', 'nobody', 5, 'AGENT_NOT_FOUND'],
      ['DisableAgent', a.id, 0, ''],
      ['RotateSecret', a.id, 0, ''],
      ['SetDesiredConfig', a.id, 0, ''],
      ['SendCommand', a.id, 0, ''],
      ['CreateAgent', a.id, 0, ''],
    ],
  );
  assert.ok(entries.every(({ caller }) => caller === 'bootstrap'));
  assert.ok(entries.every(({ peer_address }) => peer_address.startsWith('127.0.0.1:')));
  assert.equal(entries[1].detail, 'reason="until tomorrow"');
  assert.equal(entries[4].subject_id, command.command_id);
  const text = JSON.stringify(entries);
  server.secrecy.check('the audit log', text);
  assert.doesNotMatch(text, /precious/);
});

test('the command line lists it, for people and for programs', async () => {
  const { stdout } = await edgeplane(server, ['audit', 'list', '--method', 'disableagent']);
  assert.match(stdout, /^TIME +CALLER +FROM +METHOD +AGENT +SUBJECT +OUTCOME +DETAIL\n/);
  assert.match(stdout, / bootstrap +127\.0\.0\.1:\d+ +DisableAgent +audited +- +ok +reason=/);
  const { entries } = await edgeplaneJson(server, ['audit', 'list', '--agent', 'nobody']);
  assert.equal(entries.length, 1);
  const none = await edgeplane(server, ['audit', 'list', '--caller', 'somebody']);
  assert.match(none.stdout, /Nothing was asked for/);
});

test('what was answered is there after kill -9', async () => {
  const before = (await list()).length;
  await server.createAgent('killed-after');
  await server.restart();
  const entries = await list();
  assert.equal(entries.length, before + 1);
  assert.equal(entries[0].method, 'CreateAgent');
  // How it ended may not have been kept any more; that it was asked for has been.
  assert.ok([undefined, null, 0].includes(entries[0].status_code));
});
