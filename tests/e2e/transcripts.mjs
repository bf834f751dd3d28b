// Prints one worked transcript for each flow of the agents' protocol, from real
// runs against the real binary: the last chapter of docs/agent-protocol.md, which
// transcripts.test.mjs holds to it. Run by hand, with EDGEPLANE_BIN set:
// `node transcripts.mjs`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Commands } from './lib/commands.mjs';
import { hmacToken, randomSecret } from './lib/credentials.mjs';
import { createJoinToken } from './lib/join.mjs';
import { startServer } from './lib/server.mjs';
import { toStruct } from './lib/struct.mjs';
import { Transcript } from './lib/transcript.mjs';
import { until } from './lib/wait.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-transcripts-'));
const fleetSecret = randomSecret();
const fleetFile = path.join(folder, 'fleet.secret');
fs.writeFileSync(fleetFile, fleetSecret, { mode: 0o600 });
const server = await startServer(['--fleet-secret-file', fleetFile, '--takeover-max', '1']);
const commands = new Commands(server);

const bearer = (secret) => ({ Authorization: `Bearer ${secret}` });
const config = (id, object) =>
  server.operator.call('SetDesiredConfig', { agent_id: id, config: toStruct(object) });
const gone = (id) =>
  until('the session has ended', async () => {
    const { session } = await server.operator.call('GetAgent', { agent_id: id });
    return !session;
  });

async function flow(title, tell) {
  const transcript = new Transcript(server);
  transcript.hide(fleetSecret, 'fleet secret');
  await tell(transcript);
  process.stdout.write(`\n### ${title}\n\n\`\`\`\n${transcript}\`\`\`\n`);
}

async function agent(transcript, id) {
  const a = await server.createAgent(id);
  transcript.hide(a.secret, 'secret');
  return a;
}

await flow('A session', async (t) => {
  const a = await agent(t, 'luna1');
  const ws = await t.upgrade(a.id, a.secret, { whole: true });
  ws.say({ type: 'ping' });
  await ws.hear();
  ws.say({ type: 'status', data: { scheduled_messages: 3, uptime_seconds: 86400.5 } });
  ws.close();
  await ws.hear();
  await gone(a.id);
});

await flow('With a token', async (t) => {
  const a = await agent(t, 'luna2');
  const token = t.hide(hmacToken(a.secret, a.id, a.phone), 'token');
  const ws = await t.upgrade(a.id, token);
  ws.close();
  await ws.hear();
});

await flow('Refused', async (t) => {
  const a = await agent(t, 'luna3');
  await t.upgrade(a.id, t.hide(randomSecret(), 'another secret'));
});

await flow('Commands', async (t) => {
  const a = await agent(t, 'luna4');
  const ws = await t.upgrade(a.id, a.secret);
  await commands.send(a.id, 'restart_service', { service: 'camera' });
  const first = await ws.hear();
  for (const status of ['received', 'executing', 'completed']) {
    ws.say({ type: 'command_ack', data: { command_id: first.data.command_id, status } });
  }
  t.note('an urgent one, and the older form of the answer');
  await commands.send(a.id, 'stop', {}, { priority: 'IMMEDIATE' });
  const second = await ws.hear();
  ws.say({
    type: 'command_ack',
    data: {
      command_id: second.data.command_id,
      success: false,
      error: 'already stopped',
      timestamp: new Date().toISOString(),
    },
  });
  await commands.reaches(second.data, 'FAILED');
  ws.close();
  await ws.hear();
});

await flow('A command whose connection ends before the answer', async (t) => {
  const a = await agent(t, 'luna5');
  const ws = await t.upgrade(a.id, a.secret);
  const sent = await commands.send(a.id, 'reload', {});
  await ws.hear();
  ws.cut();
  await commands.reaches(sent, 'QUEUED');
  const again = await t.upgrade(a.id, a.secret);
  const { data } = await again.hear();
  again.say({ type: 'command_ack', data: { command_id: data.command_id, status: 'completed' } });
  await commands.reaches(sent, 'COMPLETED');
  again.close();
  await again.hear();
});

await flow('Events', async (t) => {
  const a = await agent(t, 'luna6');
  const ws = await t.upgrade(a.id, a.secret);
  const event = { event_id: 'e-17', event_type: 'door.opened', details: { door: 3 } };
  ws.say({ type: 'event', data: event });
  await ws.hear();
  t.note('the same again: acknowledged again, stored once');
  ws.say({ type: 'event', data: event });
  await ws.hear();
  ws.close();
  await ws.hear();
});

await flow('A new configuration', async (t) => {
  const a = await agent(t, 'luna7');
  const ws = await t.upgrade(a.id, a.secret);
  await config(a.id, { sync_interval_seconds: 30 });
  await ws.hear();
  ws.close();
  await ws.hear();
});

await flow('Two processes with one id', async (t) => {
  const a = await agent(t, 'luna8');
  t.note('the first');
  const first = await t.upgrade(a.id, a.secret);
  t.note('the second wins');
  const second = await t.upgrade(a.id, a.secret);
  t.note('what the first is told');
  await first.hear();
  t.note('the first comes back, and has to wait (here after one takeover; by default after four)');
  await t.upgrade(a.id, a.secret);
  second.close();
  await second.hear();
});

await flow('Registering', async (t) => {
  const { token } = await createJoinToken(server);
  t.hide(token, 'join token');
  await t.http('POST', '/edge/register', {}, {
    user_phone: '+15551230001',
    registration_token: token,
  });
  t.note('an older agent, at its second start');
  await t.http('POST', '/edge/register', {}, {
    user_phone: '+15551230001',
    apple_id: null,
    version: '1.4.0',
    capabilities: [],
    auth_token: token,
  });
  t.note('it has no secret of its own: the fleet secret serves it');
  const ws = await t.upgrade('edge_15551230001', fleetSecret);
  ws.close();
  await ws.hear();
  t.note('one that asks for a secret');
  const phone = '+15551230002';
  const transcript = new Transcript(server);
  const answer = await transcript.http('POST', '/edge/register', {}, {
    user_phone: phone,
    registration_token: token,
    issue_secret: true,
  });
  const { secret } = JSON.parse(answer.body);
  const shown = transcript.toString().replaceAll(secret, '<secret>').replaceAll(token, '<join token>');
  t.lines.push(...shown.trimEnd().split('\n'));
});

await flow('Polling', async (t) => {
  const a = await agent(t, 'luna9');
  const sent = await commands.send(a.id, 'restart_service', { service: 'camera' });
  await config(a.id, { sync_interval_seconds: 30 });
  const status = { scheduled_messages: 0, active_rules: 2, uptime_seconds: 120 };
  await t.http('POST', '/edge/sync', bearer(a.secret), {
    edge_agent_id: a.id,
    last_command_id: null,
    pending_events: [{ event_id: 'e-1', event_type: 'started', details: {} }],
    status,
  });
  t.note('the next sync says what has arrived');
  await t.http('POST', '/edge/sync', bearer(a.secret), {
    edge_agent_id: a.id,
    last_command_id: sent.command_id,
    pending_events: [],
    status,
  });
  t.note('done');
  await t.http('POST', '/edge/command/ack', { ...bearer(a.secret), 'X-Edge-Agent-Id': a.id }, {
    command_id: sent.command_id,
    success: true,
    error: null,
    timestamp: new Date().toISOString(),
    result: { restarted: true },
  });
});

await flow('Asking about an agent, as an operator', async (t) => {
  t.hide(server.adminToken, 'admin token');
  await t.http('GET', '/edge/agents/luna3', bearer(server.adminToken));
});

await flow('Health', async (t) => {
  await t.http('GET', '/health', {});
});

await flow('A restart', async (t) => {
  const a = await agent(t, 'luna10');
  const ws = await t.upgrade(a.id, a.secret);
  const exit = server.terminate();
  await ws.hear();
  ws.close(1012);
  await exit;
});

await server.close();
fs.rmSync(folder, { recursive: true, force: true });
