// The refusal ledger, as the operator reads it.
import assert from 'node:assert/strict';
import { UUID_V7 } from './formats.mjs';
import { until } from './wait.mjs';

// The row with this id, once it is there. The ledger is written beside the
// answer, not before it.
export function rowById(server, refusalId) {
  return until(`refusal ${refusalId} is in the ledger`, () =>
    server.operator.call('GetRefusal', { refusal_id: refusalId }).catch((error) => {
      if (error.reason === 'REFUSAL_NOT_FOUND') return null;
      throw error;
    }),
  );
}

export async function rowsOf(server, filter) {
  const page = await server.operator.call('ListRefusals', { page_size: 1000, filter });
  return page.refusals;
}

// Holds everything about one refused attempt that its reason's traits promise:
// the answer, the ledger's row and the two ways to find it. Gives the row.
// `answer` is null where the traits say that nothing is answered.
export async function checkRefusal(server, { reason, traits, answer, status, agentId }) {
  let row;
  if (traits.http_status.length === 0) {
    assert.equal(answer, null, 'nothing is to be answered');
    row = await until(
      `${reason} is in the ledger`,
      async () => (await rowsOf(server, { reasons: [reason] }))[0],
    );
    assert.equal(row.http_status, 0);
  } else {
    assert.notEqual(answer, null, 'the connection ended without an answer');
    assert.ok(
      traits.http_status.includes(answer.status),
      `${answer.status} is not among the reason's statuses`,
    );
    if (status !== undefined) assert.equal(answer.status, status);
    const body = JSON.parse(answer.body);
    assert.deepEqual(Object.keys(body).sort(), ['error', 'message', 'refusal_id']);
    assert.match(body.error, /^[a-z][a-z_]*$/);
    if (answer.status === 401) assert.equal(body.error, 'unauthorized');
    assert.equal(body.message, traits.public_message);
    assert.match(body.refusal_id, UUID_V7);
    assert.equal(answer.headers['x-refusal-id'], body.refusal_id);
    assert.match(answer.headers['content-type'], /^application\/json\b/);
    assert.equal(answer.headers['www-authenticate'], answer.status === 401 ? 'Bearer' : undefined);
    if ([429, 503].includes(answer.status)) {
      assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
    } else {
      assert.equal(answer.headers['retry-after'], undefined);
    }
    row = await rowById(server, body.refusal_id);
    assert.equal(row.http_status, answer.status);
    assert.equal(row.refusal_id, body.refusal_id);
  }
  assert.deepEqual(
    { reason: row.reason, stage: row.stage, retry: row.retry, turn: row.turn },
    { reason, stage: traits.stage, retry: traits.retry, turn: traits.turn },
  );
  assert.equal(row.sentence, traits.sentence);
  if (agentId !== undefined) assert.equal(row.agent_id, agentId);
  assert.match(row.peer_address, /^127\.0\.0\.1:\d+$/);
  assert.notEqual(row.gateway_id, '');
  if (row.agent_id !== '') {
    const listed = await rowsOf(server, { agent_id: row.agent_id, reasons: [reason] });
    assert.ok(
      listed.some((r) => r.refusal_id === row.refusal_id),
      'not found by agent',
    );
  }
  server.secrecy.check('the ledger', JSON.stringify(row));
  return row;
}

// Runs an attempt and holds that the metric of its reason counted it once.
export async function countedOnce(server, { reason, traits }, attempt) {
  const labels = { stage: traits.stage.toLowerCase(), reason };
  const name = 'edgeplane_refusals_total';
  const before = (await server.metrics()).value(name, labels);
  const answer = await attempt();
  await server.metricReaches(name, labels, before + 1);
  assert.equal((await server.metrics()).value(name, labels), before + 1);
  return answer;
}
