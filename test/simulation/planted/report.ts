import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { clientTwins } from './client-twins.ts';
import { serverTwins } from './server-twins.ts';
import type { Twin } from './twin.ts';

const program = fileURLToPath(new URL('../../../scripts/sim.ts', import.meta.url));
const plant = fileURLToPath(new URL('./plant.ts', import.meta.url));

/** What became of one twin. */
interface Fate {
  half: string;
  name: string;
  /** The broken promise, or null when none was found. */
  caught: string | null;
  run: string;
  ms: number;
}

/** Searches every twin for a broken promise, two at a time, and prints what caught which. Answers whether all were caught. */
export async function reportTwins(runs: number, seed: number, only: string | undefined): Promise<boolean> {
  const all = [
    ...clientTwins.map((twin) => ({ half: 'client', twin })),
    ...serverTwins.map((twin) => ({ half: 'server', twin })),
  ].filter(({ twin }) => only === undefined || twin.name.includes(only));
  const waiting = [...all];
  const fates = new Map<string, Fate>();
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const fate = await searchTwin(next.half, next.twin, runs, seed);
      fates.set(fate.name, fate);
      console.log(`  ${fate.name}: ${fate.caught ?? 'NOT CAUGHT'}`);
    }
  };
  await Promise.all([work(), work()]);

  const rows = all.flatMap(({ twin }) => fates.get(twin.name) ?? []);
  const widest = Math.max(...rows.map(({ name }) => name.length));
  console.log(`\n${'twin'.padEnd(widest)}  half    history  what it broke`);
  for (const { name, half, run, caught } of rows)
    console.log(`${name.padEnd(widest)}  ${half}  ${run.padStart(7)}  ${caught ?? 'NOT CAUGHT'}`);
  const missed = rows.filter(({ caught }) => caught === null).length;
  console.log(`\n${rows.length - missed} of ${rows.length} caught within ${runs} histories (seed ${seed})`);
  return missed === 0 && rows.length > 0;
}

function searchTwin(half: string, twin: Twin, runs: number, seed: number): Promise<Fate> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const args = ['--import', plant, program, '--runs', String(runs), '--seed', String(seed), '--first'];
    const child = spawn(process.execPath, args, { env: { ...process.env, SOJOURN_TWIN: twin.name } });
    let out = '';
    let errors = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (errors += text));
    child.on('error', reject);
    child.on('close', (code) => {
      const found = /^BROKEN in history (\d+): (.*)$/m.exec(out);
      // A twin that cannot run proves nothing.
      if (code !== 0 && !found) return reject(new Error(`The twin "${twin.name}" did not run:\n${errors}${out}`));
      resolve({
        half,
        name: twin.name,
        caught: found?.[2] ?? null,
        run: found?.[1] ?? '',
        ms: performance.now() - startedAt,
      });
    });
  });
}
