import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/public-names.ts';

export interface PackedProject {
  /** An empty project with the packed tarball and its optional peers installed. */
  folder: string;
  tarball: string;
  /** Files in the tarball, relative to its root, sorted. */
  files: string[];
  remove: () => void;
}

/** Packs the repository as a publish would (which builds it first) and installs the tarball into an empty project. */
export function createPackedProject(): PackedProject {
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-packed-'));
  const packed = npm(['pack', '--json', '--loglevel=error', '--pack-destination', folder], root);
  // What the build prints comes before the JSON.
  const answer = JSON.parse(packed.slice(packed.search(/^[[{]/m))) as unknown;
  const [{ filename, files }] = (Array.isArray(answer) ? answer : Object.values(answer as object)) as [
    { filename: string; files: { path: string }[] },
  ];
  const tarball = path.join(folder, filename);
  const project = path.join(folder, 'project');
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const peers = ['react', 'msw', '@types/react', '@types/node'].map((name) => `${name}@${installedVersion(name)}`);
  npm(['install', '--prefer-offline', '--ignore-scripts', '--no-package-lock', tarball, ...peers], project);
  return {
    folder: project,
    tarball,
    files: files.map((file) => file.path).sort(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function installedVersion(name: string): string {
  const text = readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function npm(words: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${words.join(' ')} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

export interface Ran {
  /** Null: it did not end by itself in time and was killed. */
  code: number | null;
  /** Everything it printed, both streams. */
  output: string;
}

/** Runs a program text as an ES module of the project. */
export function runInProject(folder: string, text: string, timeoutMs = 20_000): Promise<Ran> {
  const child = spawn('node', ['--input-type=module', '--eval', text], { cwd: folder });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}
