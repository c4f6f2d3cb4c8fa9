import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/platform/clock.ts';
import { webLocks } from '../../../src/client/platform/locks.ts';

afterEach(() => vi.unstubAllGlobals());
const make = () => webLocks(systemClock(), () => undefined);

test.each([
  ['absent', undefined],
  ['without locks', {}],
  ['null', { locks: null }],
  [
    'throwing at the touch',
    {
      get locks() {
        throw new DOMException('no', 'SecurityError');
      },
    },
  ],
  [
    'throwing at the call',
    {
      locks: {
        request: () => {
          throw new DOMException('no', 'SecurityError');
        },
      },
    },
  ],
  ['refusing', { locks: { request: () => Promise.reject(new DOMException('no', 'SecurityError')) } }],
])('C5: locks that are %s are replaced by leases', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator);
  const locks = make();
  const seen: string[] = [];
  await Promise.all([
    locks.request('l', {}, async () => {
      seen.push('a');
      await Promise.resolve();
      seen.push('a');
    }),
    locks.request('l', {}, () => seen.push('b')),
  ]);
  expect(seen).toEqual(['a', 'a', 'b']);
});

test('an error of the work is not mistaken for one of the locks', async () => {
  let runs = 0;
  const work = (): never => {
    runs++;
    throw new DOMException('mine', 'SecurityError');
  };
  await expect(make().request('l', {}, work)).rejects.toThrow('mine');
  expect(runs).toBe(1);
});
