// A build that answers before it commits (broken.cmake) is found out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './world.mjs';

// A kill shows it only when it falls between an answer and its commit, and operators that
// have just lost a registry stay away from it: one run may see nothing.
const RUNS_MAX = 6;

for (const [topology, kills] of [
  ['serve', { registry: 4 }],
  ['cluster', { registry: 4 }],
]) {
  test(`${topology}: an answer before the commit is found out`, async () => {
    let found = '';
    for (let seed = 1; found === '' && seed <= RUNS_MAX; ++seed) {
      found = (await run({ topology, kills, seed })).problems.join('\n');
    }
    assert.match(found, /is lost/);
  });
}
