// A build that answers before it commits (broken.cmake) is found out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './world.mjs';

for (const [topology, kills] of [
  ['serve', { registry: 4 }],
  ['cluster', { registry: 4 }],
]) {
  test(`${topology}: an answer before the commit is found out`, async () => {
    const { problems } = await run({ topology, kills, seed: 1 });
    assert.match(problems.join('\n'), /is lost/);
  });
}
