// Several registries of one PostgreSQL database, each with gateways of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { Commands } from './lib/commands.mjs';
import { PostgresCluster } from './lib/postgres.mjs';
import { startGateway, startRegistry, startSecondRegistry } from './lib/server.mjs';
import { toStruct } from './lib/struct.mjs';
import { until } from './lib/wait.mjs';

let cluster;
let here;
let there;
let nearHere;
let nearThere;
before(async () => {
  cluster = await PostgresCluster.start({ settings: { fsync: 'off' } });
  const flags = ['--database', await cluster.newDatabase(), '--gateway-lease', '5s'];
  here = await startRegistry(flags);
  there = await startSecondRegistry(here);
  nearHere = await startGateway(here);
  nearThere = await startGateway(there);
});
after(async () => {
  for (const part of [nearThere, nearHere, there, here, cluster]) await part?.close();
});

const getAgent = (registry, id) => registry.operator.call('GetAgent', { agent_id: id });
const open = (gateway, agent) => Agent.open(gateway, agent.id, agent.secret);
const gatewayId = (gateway) =>
  fs.readFileSync(path.join(gateway.dataDir, 'gateway.id'), 'utf8').trim();

describe('what one registry is asked reaches an agent on the other', () => {
  test('a command, and its answer is known to both', async () => {
    const a = await here.createAgent('command');
    const agent = await open(nearThere, a);
    const commands = new Commands(here);
    const sent = await commands.send(a.id, 'work');
    assert.equal((await agent.next()).data.command_id, sent.command_id);
    agent.ack(sent.command_id, 'completed');
    await commands.reaches(sent, 'COMPLETED');
    await new Commands(there).reaches(sent, 'COMPLETED');
    await agent.close(1000);
  });

  test('a configuration', async () => {
    const a = await here.createAgent('config');
    const agent = await open(nearThere, a);
    const request = { agent_id: a.id, config: toStruct({ level: 3 }) };
    await here.operator.call('SetDesiredConfig', request);
    const message = await agent.next();
    assert.equal(message.type, 'config_update');
    await agent.close(1000);
  });

  for (const [what, method, request, code] of [
    ['disabling it', 'DisableAgent', { reason: 'test' }, 4003],
    ['disconnecting it', 'DisconnectAgent', {}, 4003],
    ['deleting it', 'DeleteAgent', {}, 4001],
  ]) {
    test(what, async () => {
      const a = await here.createAgent(method);
      const agent = await open(nearThere, a);
      await here.operator.call(method, { agent_id: a.id, ...request });
      assert.equal((await agent.ended()).code, code);
    });
  }

  test('a new secret', async () => {
    const a = await here.createAgent('rotated');
    const agent = await open(nearThere, a);
    await here.operator.call('RotateSecret', { agent_id: a.id });
    assert.equal((await agent.ended()).code, 4001);
  });

  test('both know both gateways', async () => {
    for (const registry of [here, there]) {
      const { gateways } = await registry.operator.call('GetFleetStatus', {});
      const known = gateways.map((gateway) => gateway.gateway_id).sort();
      assert.deepEqual(known, [gatewayId(nearHere), gatewayId(nearThere)].sort());
    }
  });
});

describe('an agent that moves', () => {
  test('is let in once the other gateway has closed, and its commands follow it', async () => {
    const a = await here.createAgent('moves');
    const older = await open(nearHere, a);
    const newer = await open(nearThere, a);
    // It was closed before: the close is here by now, or on its way.
    assert.equal((await older.ended()).code, 4009);
    for (const registry of [here, there]) {
      const sent = await new Commands(registry).send(a.id, 'work');
      assert.equal((await newer.next()).data.command_id, sent.command_id);
    }
    const { session } = await getAgent(here, a.id);
    assert.equal(session.gateway_id, gatewayId(nearThere));
    await newer.close(1000);
  });

  test('is held to the limit of takeovers across gateways', async () => {
    const a = await here.createAgent('fights');
    const statuses = [];
    for (let i = 0; i < 8 && !statuses.includes(429); ++i) {
      const gateway = i % 2 === 0 ? nearHere : nearThere;
      try {
        await open(gateway, a);
      } catch {
        statuses.push((await refusalOf(gateway, a.id, a.secret)).status);
      }
    }
    assert.ok(statuses.includes(429), `${statuses}`);
  });
});

describe('a registry that is lost', () => {
  test('its gateway goes on with the other, which brings what was sent meanwhile', async () => {
    const doomed = await startSecondRegistry(here);
    const gateway = await startGateway(doomed, [], [there]);
    try {
      const a = await here.createAgent('kept');
      const agent = await open(gateway, a);
      await doomed.kill9();
      const sent = await new Commands(here).send(a.id, 'work');
      assert.equal((await agent.next()).data.command_id, sent.command_id);
      agent.ack(sent.command_id, 'completed');
      await new Commands(here).reaches(sent, 'COMPLETED');
      // The other one has it now, and it takes new agents.
      const b = await here.createAgent('new');
      const other = await until('it takes agents', () => open(gateway, b));
      await agent.close(1000);
      await other.close(1000);
    } finally {
      await gateway.close();
      await doomed.close();
    }
  });
});
