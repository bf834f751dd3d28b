// Checks that the tests can run at all, and says what to do when they cannot.
import fs from 'node:fs';

const here = (name) => new URL(name, import.meta.url);
const problems = [];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 18 || (major === 18 && minor < 19)) {
  problems.push(`node ${process.versions.node} is too old: 18.19 or newer is needed.`);
}

const wanted = JSON.parse(fs.readFileSync(here('package-lock.json'), 'utf8')).packages;
for (const [path, { version }] of Object.entries(wanted)) {
  if (path === '') continue;
  let present = 'missing';
  try {
    present = JSON.parse(fs.readFileSync(here(`${path}/package.json`), 'utf8')).version;
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  }
  if (present !== version) {
    problems.push(
      `${path} is ${present}, and must be ${version}: run "make setup" (or "npm ci" in tests/e2e).`,
    );
    break;
  }
}

const binary = process.env.EDGEPLANE_BIN;
if (!binary || !fs.existsSync(binary)) {
  problems.push(
    `EDGEPLANE_BIN (${binary ?? 'not set'}) must name the edgeplane binary: build it first.`,
  );
}

for (const problem of problems) console.error(`The end-to-end tests cannot run: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
