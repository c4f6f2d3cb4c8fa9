// What sojourn is compared with: a package of its own, installed when it is first needed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;

/**
 * The peers by name, with their versions. What bench/package.json asks for and bench/node_modules has not is installed first,
 * by `npm ci` in bench/, and a line says so.
 *
 * @throws Error when npm could not; the message says what to run.
 */
export function installedPeers(): Record<string, string> {
  const { dependencies: wanted } = readManifest(path.join(folder, 'package.json'));
  const isThere = (): boolean => Object.entries(wanted).every(([name, version]) => versionOf(name) === version);
  if (isThere()) return wanted;
  process.stderr.write('installs the peers (npm ci in bench/) ... ');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, stderr, error } = spawnSync(npm, ['ci'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0 || !isThere())
    throw new Error(`The peers could not be installed. Run: npm ci --prefix bench\n${error?.message ?? stderr}`);
  return wanted;
}

function versionOf(name: string): string | null {
  try {
    return readManifest(path.join(folder, 'node_modules', name, 'package.json')).version;
  } catch {
    return null;
  }
}

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}
