import type { Fault } from './fault.ts';

/** Faults that wait for a request to hit. */
export interface ActiveFaults {
  add(fault: Fault): void;
  clear(): void;
  list(): Fault[];
  /** The faults that hit a request to this path, each counted as used: all delays, and the first of the others. */
  take(path: string): Fault[];
}

interface Active {
  fault: Fault;
  left: number | null;
  until: number | null;
}

/** Faults in the order in which they were set. */
export function createActiveFaults(now: () => number): ActiveFaults {
  let active: Active[] = [];
  const isOver = ({ until, left }: Active): boolean => (until !== null && now() >= until) || left === 0;
  const tidy = (): void => void (active = active.filter((fault) => !isOver(fault)));

  return {
    add: (fault) => {
      const until = fault.durationMs === null ? null : now() + fault.durationMs;
      active.push({ fault, left: fault.times, until });
    },
    clear: () => void (active = []),
    list: () => {
      tidy();
      return active.map(({ fault, left }) => ({ ...fault, times: left }));
    },
    take: (path) => {
      tidy();
      const matching = active.filter(({ fault }) => fault.path === null || fault.path === path);
      const breaking = matching.find(({ fault }) => !isDelay(fault));
      const hit = matching.filter((each) => isDelay(each.fault) || each === breaking);
      for (const each of hit) if (each.left !== null) each.left -= 1;
      return hit.map(({ fault }) => fault);
    },
  };
}

function isDelay({ kind }: Fault): boolean {
  return kind === 'delay' || kind === 'slow_answer';
}
