// Every refused connection can be explained: each reason is provoked, and its
// answer, ledger row and metric are held against the descriptor's traits.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent, refusalOf } from './lib/agent.mjs';
import { randomSecret } from './lib/credentials.mjs';
import { checkRefusal, countedOnce, rowById, rowsOf } from './lib/ledger.mjs';
import { httpRefusalCases } from './lib/http_refusal_cases.mjs';
import { RawPeer, exchange, httpRequest, upgradeRequest } from './lib/raw.mjs';
import { populate, refusalCases } from './lib/refusal_cases.mjs';
import { startServer } from './lib/server.mjs';
import { millisOf } from './lib/struct.mjs';
import { until } from './lib/wait.mjs';

// Why no test here provokes them.
const NOT_PROVOKED = {
  SECRET_RETIRED: 'secrets cannot be rotated yet',
  TAKEOVER_FLAPPING: 'takeovers are not yet counted',
  REGISTRY_UNAVAILABLE: 'gateway and registry are one process here',
  DRAINING: 'shutdown.test.mjs',
  OVERLOADED: 'needs a disk that is slow on purpose',
  JOIN_TOKEN_UNKNOWN: 'agents cannot register themselves yet',
  JOIN_TOKEN_EXPIRED: 'agents cannot register themselves yet',
  JOIN_TOKEN_EXHAUSTED: 'agents cannot register themselves yet',
  JOIN_TOKEN_REVOKED: 'agents cannot register themselves yet',
  JOIN_TOKEN_PHONE_MISMATCH: 'agents cannot register themselves yet',
};

const provoked = new Set();
let reasons;
let server;
let world;

before(async () => {
  server = await startServer();
  reasons = await server.operator.reasons();
  world = await populate(server);
});
after(() => server?.close());

// Provokes `reason` at a server and checks all that must follow.
async function provoke(at, { reason, attempt, ...expected }) {
  const { traits } = reasons.get(reason);
  provoked.add(reason);
  const answer = await countedOnce(at, { reason, traits }, attempt);
  expected.answer?.(answer);
  const named = ['CREDENTIALS', 'ADMISSION'].includes(traits.stage) ? world.known.id : undefined;
  return checkRefusal(at, {
    reason,
    traits,
    answer,
    status: expected.status,
    agentId: expected.claims ?? named,
  });
}

// A server of its own for a case that needs a setting.
async function withServer(flags, body) {
  const own = await startServer(flags);
  try {
    await body(own);
  } finally {
    await own.close();
  }
}

describe('provoked', () => {
  test('each reason a default server refuses for', async (t) => {
    for (const one of refusalCases(server, world)) {
      await t.test(`${one.reason}: ${one.name}`, async () => {
        const row = await provoke(server, one);
        one.row?.(row);
      });
    }
  });

  test('each reason a default server refuses an HTTP call for', async (t) => {
    for (const one of httpRefusalCases(server, world)) {
      await t.test(`${one.reason}: ${one.name}`, async () => {
        const row = await provoke(server, one);
        one.row?.(row);
      });
    }
  });

  test('REQUEST_TIMEOUT: half a request head', () =>
    withServer(['--request-head-timeout', '500ms'], async (own) => {
      await provoke(own, {
        reason: 'REQUEST_TIMEOUT',
        status: 408,
        claims: '',
        attempt: () =>
          exchange(own, 'GET /edge/ws?edge_agent_id=slow HTTP/1.1\r\nHost: localhost\r\n'),
      });
      const silent = await RawPeer.connect(own.tls);
      await silent.ended();
    }));

  test('CONNECTION_LIMIT: one more than max-connections', () =>
    withServer(['--max-connections', '2'], async (own) => {
      const { id, secret } = await own.createAgent('crowd');
      const other = await own.createAgent('crowd-2');
      const [one, two] = [
        await Agent.open(own, id, secret),
        await Agent.open(own, other.id, other.secret),
      ];
      await provoke(own, {
        reason: 'CONNECTION_LIMIT',
        claims: '',
        attempt: () => exchange(own, upgradeRequest(id, secret)),
      });
      await two.close(1000);
      const again = await until('a place is free again', () =>
        Agent.open(own, other.id, other.secret),
      );
      await one.ping();
      await again.close(1000);
    }));

  test('ADDRESS_LIMIT: one more than max-connections-per-address', () =>
    withServer(['--max-connections-per-address', '1'], async (own) => {
      const { id, secret } = await own.createAgent('shared-nat');
      const agent = await Agent.open(own, id, secret);
      await provoke(own, {
        reason: 'ADDRESS_LIMIT',
        claims: '',
        attempt: () => exchange(own, upgradeRequest(id, secret)),
      });
      await agent.ping();
      await agent.close(1000);
      await until('the address has a place again', () => Agent.open(own, id, secret));
    }));

  test('ATTEMPT_RATE: one more upgrade than upgrade-attempts-per-minute', () =>
    withServer(['--upgrade-attempts-per-minute', '3'], async (own) => {
      const { id, secret } = await own.createAgent('hasty');
      for (let i = 0; i < 3; i++) await (await Agent.open(own, id, secret)).close(1000);
      await provoke(own, {
        reason: 'ATTEMPT_RATE',
        status: 429,
        claims: id,
        attempt: () => refusalOf(own, id, secret),
      });
      const calm = await own.createAgent('calm');
      await (await Agent.open(own, calm.id, calm.secret)).close(1000);
    }));

  test('REQUEST_RATE: one more HTTP call than messages-per-minute', () =>
    withServer(['--messages-per-minute', '3'], async (own) => {
      const { id, secret } = await own.createAgent('hasty-poller');
      const sync = () =>
        exchange(
          own,
          httpRequest(
            'POST',
            '/edge/sync',
            { Authorization: `Bearer ${secret}`, 'X-Edge-Agent-Id': id },
            {},
          ),
        );
      for (let i = 0; i < 3; i++) assert.equal((await sync()).status, 200);
      await provoke(own, { reason: 'REQUEST_RATE', status: 429, claims: id, attempt: sync });
      // Its WebSocket is another matter.
      await (await Agent.open(own, id, secret)).close(1000);
    }));
});

describe('the ledger', () => {
  test('repeats of one agent, reason and peer are one row with a count', async () => {
    const secret = server.secrecy.keep(randomSecret());
    const first = await refusalOf(server, 'repeated', secret);
    await rowById(server, first.json.refusal_id);
    const again = [
      await refusalOf(server, 'repeated', secret),
      await refusalOf(server, 'repeated', secret),
    ];
    const rows = await until('three attempts are counted', async () => {
      const found = await rowsOf(server, { agent_id: 'repeated' });
      return found.reduce((sum, row) => sum + Number(row.count), 0) === 3 && found;
    });
    assert.equal(rows.length, 1);
    for (const refused of again)
      assert.equal((await rowById(server, refused.json.refusal_id)).refusal_id, rows[0].refusal_id);
    assert.ok(millisOf(rows[0].last_time) >= millisOf(rows[0].create_time));
  });

  test('another reason is another row, and the newest comes first', async () => {
    const { id } = await server.createAgent('two-reasons');
    await refusalOf(server, id, undefined);
    await until(
      'the first is there',
      async () => (await rowsOf(server, { agent_id: id })).length === 1,
    );
    await refusalOf(server, id, server.secrecy.keep(randomSecret()));
    const rows = await until('both are there', async () => {
      const found = await rowsOf(server, { agent_id: id });
      return found.length === 2 && found;
    });
    assert.deepEqual(
      rows.map((row) => row.reason),
      ['SECRET_MISMATCH', 'CREDENTIALS_MISSING'],
    );
    const page = await server.operator.call('ListRefusals', {
      page_size: 1,
      filter: { agent_id: id },
    });
    assert.deepEqual(page.refusals, [rows[0]]);
    const next = await server.operator.call('ListRefusals', {
      page_size: 1,
      page_token: page.next_page_token,
      filter: { agent_id: id },
    });
    assert.deepEqual(next.refusals, [rows[1]]);
  });

  test('an id that is none, and one that nobody was given, are not found', async () => {
    await assert.rejects(
      server.operator.call('GetRefusal', { refusal_id: '0190a5b4-0000-7000-8000-000000000000' }),
      { code: 5, reason: 'REFUSAL_NOT_FOUND' },
    );
    const odd = await server.operator
      .call('GetRefusal', { refusal_id: "' OR 1=1 --" })
      .catch((error) => error);
    assert.ok([3, 5].includes(odd.code));
  });

  test('the fleet status counts the refusals of the last hour', async () => {
    const status = await server.operator.call('GetFleetStatus');
    const counted = new Map(status.refusals_last_hour.map((r) => [r.reason, Number(r.count)]));
    assert.ok(counted.get('SECRET_MISMATCH') >= 2);
    assert.ok(counted.get('AGENT_UNKNOWN') >= 4);
  });
});

// After the others: node:test runs a file's tests in order.
test('no reason of the descriptor is left unprovoked without a cause', () => {
  for (const [name, { number, traits }] of reasons) {
    if (number === 0) continue;
    assert.ok(traits, `${name} has no traits`);
    assert.notEqual(traits.sentence, '', name);
    assert.notEqual(traits.public_message, '', name);
    assert.ok(
      provoked.has(name) !== name in NOT_PROVOKED,
      provoked.has(name)
        ? `${name} is provoked; take it off the list`
        : `${name} is neither provoked nor on the list`,
    );
  }
  for (const name of Object.keys(NOT_PROVOKED))
    assert.ok(reasons.has(name), `${name} is no reason`);
});
