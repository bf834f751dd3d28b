// The crash test, in short: `make crash` runs it at length.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './world.mjs';

for (const [topology, kills] of [
  ['serve', { registry: 3 }],
  ['apart', { registry: 2, gateway: 2 }],
  ['cluster', { registry: 2, gateway: 2, database: 2 }],
]) {
  test(`${topology}: what was promised is kept, whatever is killed`, async () => {
    const { problems, journal } = await run({ topology, kills, seed: 1 });
    assert.deepEqual(problems, []);
    assert.ok(journal.sends.length > 0 && journal.executed.length > 0 && journal.events.length > 0);
  });
}
