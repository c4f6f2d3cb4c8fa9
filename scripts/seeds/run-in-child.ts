import { fork } from 'node:child_process';
import path from 'node:path';
import { root } from '../public-names.ts';
import { stopAll } from '../stop-programs.ts';
import type { Outcome } from './run-block.ts';

const patienceMs = 120_000;

/** Runs one block in a process of its own: it can neither hang nor disturb the others. */
export async function runInChild(seeds: string, folder: string, id: string): Promise<Outcome> {
  const child = fork(path.join(root, 'scripts/seeds/run-block.ts'), [seeds, folder, id], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  let outcome: Outcome | null = null;
  child.on('message', (message) => (outcome = message as Outcome));
  const patience = setTimeout(() => void stopAll([child], 'SIGKILL'), patienceMs);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(patience);
  return outcome ?? { seen: [], failure: `it ended with ${code} and no answer\n${said}` };
}
