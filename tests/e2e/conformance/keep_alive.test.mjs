// The agent protocol, "HTTP": keep-alive, whatever the answer, and requests one
// behind the other.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Commands } from '../lib/commands.mjs';
import { RawPeer, httpRequest } from '../lib/raw.mjs';
import { startServer } from '../lib/server.mjs';

let server;
let commands;
let count = 0;
before(async () => {
  server = await startServer();
  commands = new Commands(server);
});
after(() => server?.close());

// A polling agent on one connection.
async function polling() {
  const a = await server.createAgent(`k${++count}`);
  const peer = await RawPeer.connect(server.plain);
  const headers = { Authorization: `Bearer ${a.secret}`, 'X-Edge-Agent-Id': a.id };
  const request = (path, body) => httpRequest('POST', path, headers, body);
  const post = async (path, body) => {
    peer.write(request(path, body));
    const answer = await peer.answer();
    assert.equal(answer.headers.connection, 'keep-alive');
    return answer;
  };
  return { ...a, peer, request, post };
}
const ack = (id) => ({ command_id: id, success: true, error: null });

describe('one connection', () => {
  test('is kept over syncs and acknowledgements, 404 and 409 among them', async () => {
    const a = await polling();
    const sent = await commands.send(a.id, 'first');
    assert.equal((await a.post('/edge/command/ack', ack(sent.command_id))).status, 409);
    const { commands: got } = JSON.parse((await a.post('/edge/sync', {})).body);
    assert.deepEqual(got.map((command) => command.command_id), [sent.command_id]);
    for (const path of ['/edge/command/ack', '/edge/ack_command']) {
      const answer = await a.post(path, ack(sent.command_id));
      assert.deepEqual([answer.status, answer.body], [200, '{"acknowledged":true}']);
    }
    const unknown = ack('0191f6a2-7c4b-7000-8000-000000000001');
    assert.equal((await a.post('/edge/command/ack', unknown)).status, 404);
    assert.equal((await a.post('/edge/sync', {})).status, 200);
    assert.equal(a.peer.isClosed, false);
    a.peer.destroy();
  });

  test('may carry requests that do not wait for the answers before them', async () => {
    const a = await polling();
    const sent = await commands.send(a.id, 'second');
    a.peer.write(
      a.request('/edge/sync', {}) +
        a.request('/edge/command/ack', ack(sent.command_id)) +
        httpRequest('GET', '/health') +
        a.request('/edge/sync', {}),
    );
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await a.peer.answer());
    assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200, 200]);
    assert.equal(JSON.parse(answers[0].body).commands[0].command_id, sent.command_id);
    assert.equal(answers[1].body, '{"acknowledged":true}');
    assert.equal(JSON.parse(answers[2].body).status, 'healthy');
    assert.deepEqual(JSON.parse(answers[3].body).commands, []);
    assert.equal((await commands.get(sent)).state, 'COMPLETED');
    a.peer.destroy();
  });
});
