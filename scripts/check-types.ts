// Checks the types of everything, then of the layers that may know neither a browser nor Node.
import { spawnSync } from 'node:child_process';

const projects = ['.', 'src/protocol', 'src/client/core', 'src/server/engine'];

let failed = false;
for (const project of projects) {
  const { status } = spawnSync('tsc', ['--noEmit', '-p', project], { stdio: 'inherit' });
  if (status !== 0) failed = true;
}
if (failed) process.exitCode = 1;
