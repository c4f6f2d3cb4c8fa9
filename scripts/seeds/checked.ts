import assert from 'node:assert/strict';
import type { Check } from './driver.ts';

/** A {@link Check} that writes what it looked at into `seen`. */
export function checkInto(seen: string[]): Check {
  const look = (what: string, see: () => void): void => {
    try {
      see();
    } catch (error) {
      throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    seen.push(what);
  };
  return {
    equal: (what, actual, expected) => look(what, () => assert.deepEqual(actual, expected)),
    ok: (what, holds) => look(what, () => assert.ok(holds, 'it is not so')),
    fails: async (what, attempt, message) => {
      const error = await attempt().then(
        () => null,
        (reason: unknown) => reason,
      );
      look(what, () => {
        assert.ok(error !== null, 'it did not fail');
        assert.match(`${codeOf(error)}${String(error)}`, message);
      });
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? `${String(error.code)} ` : '';
}
