import { useState } from 'react';
import { troubleOf } from '../words/events.ts';

/** Something that takes a while and may fail. */
export interface Task {
  busy: boolean;
  /** What went wrong the last time, in plain words. */
  trouble: string | null;
  run: (work: () => Promise<unknown>) => void;
}

/** Runs one thing at a time and keeps what went wrong. */
export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const run = (work: () => Promise<unknown>): void => {
    setBusy(true);
    setTrouble(null);
    work()
      .catch((error: unknown) => setTrouble(troubleOf(error)))
      .finally(() => setBusy(false));
  };
  return { busy, trouble, run };
}
