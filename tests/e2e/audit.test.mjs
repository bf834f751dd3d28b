// Who asked for what: by a client that knows nothing but reflection, by the command
// line, and over a kill of the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { randomSecret } from './lib/credentials.mjs';
import { createJoinToken } from './lib/join.mjs';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { duration, toStruct } from './lib/struct.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const list = async (filter = {}) =>
  (await server.operator.call('ListAudit', { page_size: 1000, filter })).entries;

// One call of each method that changes something, in an order in which all succeed but
// the last.
async function callAll() {
  const call = (name, request) => server.operator.call(name, request);
  const agent_id = 'audited';
  await server.createAgent(agent_id, { labels: { site: 'north' } });
  const imported = { agent_id: 'imported', user_phone: '+15551234568' };
  await call('ImportAgent', { ...imported, secret: server.secrecy.keep(randomSecret()) });
  const agent = { agent_id, display_name: 'Audited' };
  await call('UpdateAgent', { agent, update_mask: { paths: ['display_name'] } });
  const sent = await new Commands(server).send(agent_id, 'reload', { precious: 'payload' });
  await call('CancelCommand', { command_id: sent.command_id });
  await call('SetDesiredConfig', { agent_id, config: toStruct({ precious: 'config' }) });
  const { secret } = await call('RotateSecret', { agent_id, overlap: duration(3600) });
  server.secrecy.keep(secret);
  await call('RetireSecret', { agent_id });
  const connected = await Agent.open(server, agent_id, secret);
  await call('DisconnectAgent', { agent_id });
  await connected.ended();
  const { join_token } = await createJoinToken(server, { description: 'for the north' });
  await call('RevokeJoinToken', { join_token_id: join_token.join_token_id });
  await call('DisableAgent', { agent_id, reason: 'until tomorrow' });
  await call('DeleteAgent', { agent_id: 'imported' });
  await assert.rejects(call('EnableAgent', { agent_id: 'nobody' }));
  return { command: sent.command_id, token: join_token.join_token_id };
}

test('an entry for each call, with its caller, what it was about and how it ended', async () => {
  const { command, token } = await callAll();
  const entries = await list();
  const rows = entries.map(({ method, agent_id, subject_id, error_reason, detail }) => [
    method,
    ...[agent_id, subject_id, error_reason, detail],
  ]);
  assert.deepEqual(rows.reverse(), [
    ['CreateAgent', 'audited', '', '', 'user_phone="+15551234568"'],
    ['ImportAgent', 'imported', '', '', 'user_phone="+15551234568"'],
    ['UpdateAgent', 'audited', '', '', 'update_mask=display_name'],
    ['SendCommand', 'audited', command, '', 'type="reload"'],
    ['CancelCommand', 'audited', command, '', ''],
    ['SetDesiredConfig', 'audited', '', '', ''],
    ['RotateSecret', 'audited', '', '', 'overlap=3600s'],
    ['RetireSecret', 'audited', '', '', ''],
    ['DisconnectAgent', 'audited', '', '', ''],
    ['CreateJoinToken', '', token, '', 'description="for the north"'],
    ['RevokeJoinToken', '', token, '', ''],
    ['DisableAgent', 'audited', '', '', 'reason="until tomorrow"'],
    ['DeleteAgent', 'imported', '', '', ''],
    ['EnableAgent', 'nobody', '', 'AGENT_NOT_FOUND', ''],
  ]);
  const methods = rows.map(([method]) => method);
  assert.deepEqual(methods.sort(), server.operator.changingMethodNames.sort());
  assert.deepEqual([...new Set(entries.map(({ status_code }) => status_code))].sort(), [0, 5]);
  assert.ok(entries.every(({ caller }) => caller === 'bootstrap'));
  assert.ok(entries.every(({ peer_address }) => peer_address.startsWith('127.0.0.1:')));
  const text = JSON.stringify(entries);
  server.secrecy.check('the audit log', text);
  assert.doesNotMatch(text, /precious/);
});

test('what only looks leaves none', async () => {
  const before = (await list()).length;
  await server.operator.call('GetAgent', { agent_id: 'audited' });
  await server.operator.call('ListAgents', {});
  assert.equal((await list()).length, before);
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
