// docs/agent-protocol.md shows what really goes over the wire.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const at = (file) => fileURLToPath(new URL(file, import.meta.url));

// What differs from run to run.
const alike = (text) =>
  text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/g, '<time>')
    .replace(/127\.0\.0\.1:\d+/g, '<peer>')
    .replace(/fingerprint [0-9a-f]{8}\. Expected is [0-9a-f]{8}/g, '<fingerprints>')
    .replace(/Content-Length: \d+/g, 'Content-Length: <n>')
    .replace(/"version":"[^"]+"/g, '<version>')
    .trim();

test('the transcripts of docs/agent-protocol.md are those of a real run', async () => {
  const guide = fs.readFileSync(at('../../docs/agent-protocol.md'), 'utf8');
  const start = guide.indexOf('\n### A session\n');
  assert.ok(start > 0, 'it has a chapter of transcripts');
  const { stdout } = await promisify(execFile)(process.execPath, [at('transcripts.mjs')]);
  assert.equal(alike(guide.slice(start)), alike(stdout), 'print them with: node transcripts.mjs');
});
