// What `edgeplane store` refuses, in words that say what to do, and without a trace.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { PostgresCluster } from './lib/postgres.mjs';
import { run } from './lib/process.mjs';
import { BINARY, cleanEnvironment, startOnSqlite } from './lib/server.mjs';
import { store, storeJson } from './lib/store.mjs';

let database;
let server;
let whole; // an export of the server
before(async () => {
  database = await PostgresCluster.start({ settings: { fsync: 'off' } });
  server = await startOnSqlite();
  whole = path.join(server.home, 'whole.jsonl');
  await storeJson(server.home, ['export', ...here(), '--output', whole]);
});
after(async () => {
  await server?.close();
  await database?.close();
});

const here = () => ['--data-dir', server.dataDir];

async function refused(code, says, args, environment) {
  const result = await store(server.home, args, environment);
  assert.equal(result.code, code, result.stderr);
  assert.match(result.stderr, says);
}

test('nothing is overwritten, and nothing is imported under a running server', async () => {
  const file = path.join(server.home, 'there.jsonl');
  fs.writeFileSync(file, 'precious');
  await refused(2, /is there already/, ['export', ...here(), '--output', file]);
  assert.equal(fs.readFileSync(file, 'utf8'), 'precious');
  const into = ['import', ...here(), '--input', whole];
  await refused(1, /Another edgeplane process uses this data directory.*Nothing was/, into);
});

test('there is no store where there is none', async () => {
  const none = path.join(server.home, 'none');
  await refused(2, /There is no store at/, ['export', '--data-dir', none, '--output', '-']);
  assert.ok(!fs.existsSync(none));
  const empty = await database.newDatabase();
  const args = ['export', '--database', empty, '--output', '-'];
  await refused(2, /There is no edgeplane store in this database/, args);
  // As an import leaves one that did not get to its end.
  const cut = path.join(server.home, 'cut.jsonl');
  fs.writeFileSync(cut, fs.readFileSync(whole, 'utf8').slice(0, -2));
  const half = path.join(server.home, 'half');
  await refused(2, /ends too early/, ['import', '--data-dir', half, '--input', cut]);
  const output = path.join(server.home, 'nothing.jsonl');
  await refused(2, /the store is empty/, ['export', '--data-dir', half, '--output', output]);
  assert.ok(!fs.existsSync(output));
  const piped = await store(server.home, ['export', '--data-dir', half, '--output', '-']);
  assert.deepEqual([piped.code, piped.stdout], [2, '']);
});

test('of two stores none is chosen by chance', async () => {
  const other = { EDGEPLANE_DATABASE: await database.newDatabase() };
  const output = path.join(server.home, 'which.jsonl');
  const args = ['export', ...here(), '--output', output];
  await refused(2, /Which store\?.*--database ''/, args, other);
  const chosen = await store(server.home, [...args, '--database', ''], other);
  assert.equal(chosen.code, 0, chosen.stderr);
  assert.match(chosen.stdout, /^Exported \d+ rows from \S+edgeplane\.db to \S+which\.jsonl\.$/m);
});

test('what cannot be read is refused, and nothing is made of it', async () => {
  const into = path.join(server.home, 'from-nothing');
  for (const [input, says] of [
    [server.home, /is a directory; name the file/],
    ['/dev/null', /Line 1: the text is empty/],
  ]) {
    await refused(2, says, ['import', '--data-dir', into, '--input', input]);
  }
  const { code, stderr } = await shell(`store import --data-dir ${into} --input - </`);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /Standard input cannot be read/);
  assert.ok(!fs.existsSync(into));
});

test('what cannot be written is told, and nothing is left of it', async () => {
  const nowhere = path.join(server.home, 'nowhere');
  for (const [output, says] of [
    [path.join(nowhere, 'x.jsonl'), /x\.jsonl cannot be made: No such file/],
    [path.join(server.home, 'x'.repeat(300)), /x cannot be made: File name too long/],
    [server.home, /is no file; name the file to write/],
    ['', /is no file; name the file to write/],
  ]) {
    await refused(2, says, ['export', ...here(), '--output', output]);
  }
  assert.ok(!fs.existsSync(nowhere));
  for (const target of ['/dev/full', '&-']) {
    const args = `store export --data-dir ${server.dataDir} --output - >${target}`;
    const { code, stderr } = await shell(args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /Standard output could not be written/);
    assert.doesNotMatch(stderr, /Exported/);
  }
});

// A closed stream must not become a line to the database.
test('closed standard streams are nobody else\'s', async () => {
  const where = await database.newDatabase();
  await storeJson(server.home, ['import', '--database', where, '--input', whole]);
  const { code, stderr } = await shell(`store export --database "${where}" --output - <&- >&-`);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /Standard output could not be written/);
});

// `edgeplane ARGS` as a shell runs it, with redirections.
function shell(args) {
  return run('sh', ['-c', `exec "$0" ${args}`, BINARY], { env: cleanEnvironment(server.home) });
}
