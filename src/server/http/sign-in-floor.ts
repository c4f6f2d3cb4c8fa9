import { after } from './timers.ts';

/** Does something, and lets it fail only when the floor is reached. What succeeds is not held up. */
export type WithFloor = <T>(act: () => Promise<T>) => Promise<T>;

/** Share of the floor that is added by chance: what is left to see of the work before is hidden in it. */
const jitter = 0.2;

/**
 * Failed sign-ins take `floorMs`, and up to a fifth more. So an app that answers sooner for an account that does not exist says
 * nothing by it, as long as its answers come before the floor.
 */
export function createSignInFloor(floorMs: number, now: () => number): WithFloor {
  if (floorMs === 0) return (act) => act();
  return async (act) => {
    const startedAt = now();
    try {
      return await act();
    } catch (error) {
      const floor = floorMs * (1 + jitter * Math.random());
      // A clock that was set holds nobody up for longer than the floor.
      const rest = Math.min(floor, Math.max(0, startedAt + floor - now()));
      await new Promise<void>((resolve) => void after(rest, resolve));
      throw error;
    }
  };
}
