import type { Hint } from '../core/ports.ts';

/** A note in localStorage, where the first paint can read it at once. Blocked storage throws at the touch: then there is no note. */
export function storageHint(name: string): Hint {
  const key = `sojourn:${name}:hint`;
  return {
    read() {
      try {
        const note = localStorage.getItem(key);
        return note === 'signed_in' || note === 'signed_out' ? note : null;
      } catch {
        return null;
      }
    },
    write(hint) {
      try {
        localStorage.setItem(key, hint);
      } catch {
        // Blocked or full: the next page paints without it.
      }
    },
  };
}
