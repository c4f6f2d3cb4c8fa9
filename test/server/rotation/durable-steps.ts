import type { Store } from '../../../src/server/engine/store.ts';

interface Done {
  operation: keyof Store;
  args: never[];
}

/** A store that is looked at. */
export interface WatchedStore {
  store: Store;
  /** Does in `other` what was done here, up to the last durable step. */
  repeat(other: Store): Promise<void>;
}

const alwaysDurable: ReadonlyArray<keyof Store> = ['create', 'end', 'raiseNotBefore', 'keepOne'];
const writing: ReadonlyArray<keyof Store> = [...alwaysDurable, 'rotate', 'touch', 'putData'];

/** Tells the steps that no power cut may forget from those that it may; `onDurable` follows each of the former. */
export function watchDurable(store: Store, onDurable: () => void = () => {}): WatchedStore {
  const done: Done[] = [];
  let durable = 0;
  const watch = (operation: keyof Store): [string, unknown] => {
    const step = store[operation] as (...args: never[]) => unknown;
    if (!writing.includes(operation)) return [operation, step];
    return [
      operation,
      async (...args: never[]) => {
        const answer = await step(...args);
        done.push({ operation, args });
        if (!isDurable(operation, answer)) return answer;
        durable = done.length;
        onDurable();
        return answer;
      },
    ];
  };
  return {
    store: Object.fromEntries((Object.keys(store) as Array<keyof Store>).map(watch)) as unknown as Store,
    repeat: async (other) => {
      for (const { operation, args } of done.slice(0, durable))
        await (other[operation] as (...given: never[]) => unknown)(...args);
    },
  };
}

function isDurable(operation: keyof Store, answer: unknown): boolean {
  if (alwaysDurable.includes(operation)) return true;
  if (operation !== 'rotate') return false;
  const { answer: rotation } = answer as Awaited<ReturnType<Store['rotate']>>;
  return rotation.outcome === 'ended' && rotation.reason === 'reuse_detected';
}
