import '../../src/online.ts';
import type { World } from './world.ts';

/** Lets a call of the client finish: the simulated time stands still, its work does not. */
export async function done<T>({ clock }: Pick<World, 'clock'>, call: Promise<T>): Promise<T> {
  let settled = false;
  void call.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let turn = 0; turn < 50 && !settled; turn++) await clock.settle();
  return call;
}

/** What a call came to: the code of its error, or null. */
export function codeOf(call: Promise<unknown>): Promise<string | null> {
  return call.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );
}
