// The facts about this machine that a reader of the numbers needs, and no others.
import { cpus, loadavg, totalmem } from 'node:os';

/** Cores, memory, how busy it was, Node. */
export function machine(loadBefore: number): string {
  const cores = cpus();
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  return [
    `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'})`,
    `${gigabytes} GiB`,
    `load ${loadBefore.toFixed(1)} before, ${load().toFixed(1)} after`,
    `Node ${process.versions.node}`,
    process.platform,
  ].join(', ');
}

/** How many programs wanted to run, over the last minute. Above the number of cores, times are longer and noisier. */
export function load(): number {
  return loadavg()[0] ?? 0;
}
