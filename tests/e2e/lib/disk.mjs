// Disks that run full, and disks that fail.
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { BINARY } from './server.mjs';
import { DEADLINE_MS } from './wait.mjs';

const run = promisify(execFile);

// A disk of its own, of so many MiB, in memory.
export class SmallDisk {
  static async mount(mebibytes) {
    const disk = new SmallDisk();
    disk.path = fs.mkdtempSync(path.join(os.tmpdir(), 'edgeplane-disk-'));
    disk.filler = path.join(disk.path, 'filler');
    const options = `size=${mebibytes}m,mode=1777`;
    await run('mount', ['-t', 'tmpfs', '-o', options, 'edgeplane-test', disk.path]);
    return disk;
  }

  // What `make` begins to make at once has its files here.
  hold(make) {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = this.path;
    try {
      return make();
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  }

  // To the last byte.
  fill() {
    const file = fs.openSync(this.filler, 'w');
    for (let size = 1024 * 1024; size >= 1; ) {
      try {
        if (fs.writeSync(file, Buffer.alloc(size)) < size) size = Math.floor(size / 2);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
    }
    fs.closeSync(file);
  }

  makeRoom() {
    fs.rmSync(this.filler);
  }

  async close() {
    await run('umount', ['--lazy', this.path]);
    fs.rmdirSync(this.path);
  }
}

function sanitizersOf(binary) {
  const linked = execFileSync('ldd', [binary], { encoding: 'utf8' });
  return linked.match(/\/\S*lib[at]san\.so\S*/g) ?? [];
}

// Why calls of the system cannot be made to fail in this build; false where they can.
export function noFaults() {
  const locksUp = sanitizersOf(BINARY).some((library) => library.includes('tsan'));
  return locksUp && 'libfiu and the thread sanitizer lock each other up while threads start';
}

// What a process has to be started with so that its calls of the system can be made
// to fail (libfiu).
export function faultyEnvironment(directory) {
  const library = (name) => `/usr/lib/fiu/${name}.so`;
  const faults = ['fiu_run_preload', 'fiu_posix_preload'].map(library);
  for (const file of faults) {
    if (!fs.existsSync(file)) throw new Error("fiu-utils is not installed; run 'make setup'");
  }
  return {
    // A sanitizer's runtime has to come before whatever else takes calls over.
    LD_PRELOAD: [...sanitizersOf(BINARY), ...faults].join(' '),
    FIU_CTRL_FIFO: path.join(directory, 'fiu'),
  };
}

// Of one process, started with that environment. faults: as `posix/io/sync/fsync`.
export class Faults {
  #target;

  constructor(directory, pid, faults) {
    this.faults = faults;
    this.#target = ['-f', path.join(directory, 'fiu'), String(pid)];
  }

  // Each of these calls fails with `errno` from now on.
  begin(errno) {
    return this.#say((fault) => `enable name=${fault},failinfo=${errno}`);
  }

  end() {
    return this.#say((fault) => `disable name=${fault}`);
  }

  #say(command) {
    const commands = this.faults.flatMap((fault) => ['-c', command(fault)]);
    return run('fiu-ctrl', [...commands, ...this.#target], { timeout: DEADLINE_MS });
  }
}
