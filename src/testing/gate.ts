/** Whether the code of a simulated tab may run. What happens to a tab that may not is kept until it may, or dropped for good. */
export interface Gate {
  readonly state: 'running' | 'held' | 'gone';
  /** Runs `task` now, or when the tab runs again, or never. */
  run(task: () => void): void;
  /** `work`, whose outcome the tab sees only while it runs. */
  wait<T>(work: Promise<T>): Promise<T>;
  /** Stops the tab. */
  hold(): void;
  /** Lets it run again: `first`, then what was kept, in order. */
  release(first?: () => void): void;
  /** Ends it. Nothing of it ever runs again. */
  drop(): void;
}

/** Creates a {@link Gate}, open. */
export function createGate(): Gate {
  let state: Gate['state'] = 'running';
  let kept: Array<() => void> = [];
  const gate: Gate = {
    get state() {
      return state;
    },
    run(task) {
      if (state === 'running') task();
      else if (state === 'held') kept.push(task);
    },
    wait: (work) =>
      new Promise((resolve, reject) => {
        work.then(
          (value) => gate.run(() => resolve(value)),
          (error) => gate.run(() => reject(error)),
        );
      }),
    hold() {
      if (state === 'running') state = 'held';
    },
    release(first) {
      if (state !== 'held') return;
      state = 'running';
      const tasks = kept;
      kept = [];
      first?.();
      for (const task of tasks) gate.run(task);
    },
    drop() {
      state = 'gone';
      kept = [];
    },
  };
  return gate;
}
