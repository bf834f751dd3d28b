// The configuration an agent should have: set once, handed out once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Agent } from './lib/agent.mjs';
import { Poller } from './lib/http.mjs';
import { edgeplane, edgeplaneJson } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { fromStruct, toStruct } from './lib/struct.mjs';
import { until } from './lib/wait.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server?.close());

const call = (name, request) => server.operator.call(name, request);
const get = (id) => call('GetDesiredConfig', { agent_id: id });
const set = (id, config, more = {}) =>
  call('SetDesiredConfig', { agent_id: id, config: toStruct(config), ...more });
const isDelivered = (id, version) =>
  until(`${id} has been handed version ${version}`, async () => {
    const config = await get(id);
    return config.delivered_version === String(version) && config;
  });

test('none is version 0; setting counts the changes, and the same is none', async () => {
  const { id } = await server.createAgent('counted');
  const none = await get(id);
  assert.deepEqual([none.version, none.config, none.update_time], ['0', null, null]);
  const content = { interval: 30, deep: { list: [1, 'two', null] } };
  const first = await set(id, content);
  assert.deepEqual([first.version, first.delivered_version], ['1', '0']);
  assert.deepEqual(fromStruct(first.config), content);
  assert.equal((await set(id, { deep: content.deep, interval: 30 })).version, '1');
  assert.equal((await set(id, content, { resend: true })).version, '2');
  assert.equal((await set(id, {})).version, '3');
  await server.restart();
  assert.deepEqual(fromStruct((await get(id)).config), {});
  assert.equal((await call('GetAgent', { agent_id: id })).config_version, '3');
});

test('a connected agent gets it at once, and once', async () => {
  const { id, secret } = await server.createAgent('connected');
  const agent = await Agent.open(server, id, secret);
  await set(id, { interval: 30 });
  assert.deepEqual(await agent.next(), { type: 'config_update', data: { interval: 30 } });
  const delivered = await isDelivered(id, 1);
  assert.notEqual(delivered.deliver_time, null);
  await set(id, { interval: 30 }); // no change
  await agent.ping();
  await set(id, { interval: 30 }, { resend: true });
  assert.deepEqual(await agent.next(), { type: 'config_update', data: { interval: 30 } });
  await isDelivered(id, 2);
  await agent.close(1000);
  const again = await Agent.open(server, id, secret);
  await again.ping(); // nothing before the pong
  await again.close(1000);
});

test('one that is away gets the last one when it comes, by whichever channel', async () => {
  const { id, secret } = await server.createAgent('away');
  await set(id, { n: 1 });
  await set(id, { n: 2 });
  const agent = await Agent.open(server, id, secret);
  assert.deepEqual(await agent.next(), { type: 'config_update', data: { n: 2 } });
  await isDelivered(id, 2);
  await agent.close(1000);
  await set(id, { n: 3 });
  const poller = new Poller(server, id, secret);
  assert.deepEqual((await poller.sync()).config_updates, { n: 3 });
  assert.equal('config_updates' in (await poller.sync()), false);
  assert.equal((await get(id)).delivered_version, '3');
});

test('by the command line', async () => {
  const { id } = await server.createAgent('by-hand');
  const file = path.join(server.home, 'config.json');
  fs.writeFileSync(file, '{"interval": 30}');
  const args = ['agent', 'set-config', id];
  const given = await edgeplaneJson(server, [...args, '--config', '{"interval":30}']);
  assert.deepEqual([given.version, given.config], ['1', { interval: 30 }]);
  const again = await edgeplaneJson(server, [...args, '--config-file', file]);
  assert.equal(again.version, '1');
  assert.equal(
    (await edgeplaneJson(server, [...args, '--config-file', file, '--resend'])).version,
    '2',
  );
  const shown = await edgeplane(server, ['agent', 'show-config', id]);
  assert.match(shown.stdout, /version: +2\n/);
  assert.match(shown.stdout, /waiting for the agent/);
  assert.equal((await edgeplane(server, args)).code, 2);
  assert.equal((await edgeplane(server, [...args, '--config', '[]'])).code, 2);
  const nobody = await edgeplane(server, ['agent', 'set-config', 'nobody', '--config', '{}']);
  assert.equal(nobody.code, 3);
});

test('what cannot be set is an error that names the field', async () => {
  const { id } = await server.createAgent('strict');
  for (const [request, error] of [
    [{ agent_id: 'nobody', config: toStruct({}) }, { code: 5, reason: 'AGENT_NOT_FOUND' }],
    [{ agent_id: id }, { code: 3, violations: ['config'] }],
    [{ agent_id: id, config: toStruct({ a: 'x'.repeat(65_536) }) }, { violations: ['config'] }],
    [{ agent_id: 'x y', config: toStruct({}) }, { violations: ['agent_id'] }],
  ]) {
    await assert.rejects(call('SetDesiredConfig', request), error);
  }
  assert.equal((await get(id)).version, '0');
});
