import { expect, test } from 'vitest';
import { createNetworkFaults, type NetworkFault } from './network-fault.ts';

function fault(given: Partial<NetworkFault>): NetworkFault {
  return {
    ...{ kind: 'lost_answer', path: null, times: 1, forMs: null, ms: 0, status: 500, retryAfter: null },
    ...{ isReadable: false, ...given },
  };
}

test('a fault hits as many requests as it was set for, of its path only', () => {
  const faults = createNetworkFaults(() => 0);
  faults.add(fault({ path: '/token', times: 2 }));
  const hits = ['/revoke', '/token', '/token', '/token'].map((path) => faults.take(path)?.kind ?? null);
  expect(hits).toEqual([null, 'lost_answer', 'lost_answer', null]);
});

test('a fault with a duration hits everything until it is over', () => {
  let now = 0;
  const faults = createNetworkFaults(() => now);
  faults.add(fault({ kind: 'html', times: null, forMs: 1000 }));
  const hits = [0, 500, 999, 1000].map((at) => {
    now = at;
    return faults.take('/token')?.kind ?? null;
  });
  expect(hits).toEqual(['html', 'html', 'html', null]);
});

test('the oldest fault comes first, and none is left after all were cleared', () => {
  const faults = createNetworkFaults(() => 0);
  faults.add(fault({ kind: 'late_answer' }));
  faults.add(fault({ kind: 'redirect' }));
  expect(faults.take('/token')?.kind).toBe('late_answer');
  faults.clear();
  expect(faults.take('/token')).toBeNull();
});
