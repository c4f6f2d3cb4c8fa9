import { readdirSync, readFileSync } from 'node:fs';

/** Sends a signal to a process and to all that it has started (Linux), the parents first. */
export function signalTree(root: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(name));
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  for (const pid of tree) send(pid, signal);
}

/** 0 when it is gone. */
function parentOf(pid: string): number {
  try {
    // The name of the program comes before, in parentheses, and may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return Number(fields?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}
