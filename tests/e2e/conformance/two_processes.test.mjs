// The agent protocol: two live processes with one id would throw each other out
// for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FieldAgent } from '../lib/field_agent.mjs';
import { rowsOf } from '../lib/ledger.mjs';
import { startServer } from '../lib/server.mjs';
import { until } from '../lib/wait.mjs';

const LIFE_MS = 25_000;
const OPENS_MAX = 10;

test('two live clients with one id: at most 10 opens in 25 s between them, and calm after', async () => {
  const server = await startServer();
  try {
    const a = await server.createAgent('doubled');
    const processes = [
      new FieldAgent(server, a.id, a.secret),
      new FieldAgent(server, a.id, a.secret),
    ];
    const opens = () => processes[0].opens + processes[1].opens;
    // Not a wait for something to become true: 25 s of their lives.
    await new Promise((resolve) => setTimeout(resolve, LIFE_MS));
    const opened = opens();
    assert.ok(opened >= 3, `${opened} opens: they have not fought at all`);
    assert.ok(opened <= OPENS_MAX, `${opened} opens`);
    // One holds the session, the other is told to wait.
    assert.equal(processes.filter((one) => one.connected).length, 1);
    const refused = processes.flatMap((one) => one.refused);
    assert.ok(refused.length > 0 && refused.every((status) => status === 429), `${refused}`);
    const rows = await until('the ledger tells of both', () =>
      rowsOf(server, { agent_id: a.id, reasons: ['TAKEOVER_FLAPPING'] }),
    );
    assert.equal(rows.length, 1);
    const { session } = await server.operator.call('GetAgent', { agent_id: a.id });
    assert.equal(rows[0].expected.session_peer_address, session.peer_address);
    assert.equal(opens(), opened, 'calm after');
    for (const one of processes) await one.stop();
  } finally {
    await server.close();
  }
});
