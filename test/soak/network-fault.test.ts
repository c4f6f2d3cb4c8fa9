import { expect, test } from 'vitest';
import { createNetworkFaults } from './network-fault.ts';
import { plantedFault } from './planted-fault.ts';

test('a fault hits as many requests as it was set for, of its path only', () => {
  const faults = createNetworkFaults(() => 0);
  faults.add(plantedFault({ kind: 'lost_answer', path: '/token', times: 2 }));
  const hits = ['/revoke', '/token', '/token', '/token'].map((path) => faults.take(path)?.kind ?? null);
  expect(hits).toEqual([null, 'lost_answer', 'lost_answer', null]);
});

test('a fault with a duration hits everything until it is over', () => {
  let now = 0;
  const faults = createNetworkFaults(() => now);
  faults.add(plantedFault({ kind: 'html', times: null, forMs: 1000 }));
  const hits = [0, 500, 999, 1000].map((at) => {
    now = at;
    return faults.take('/token')?.kind ?? null;
  });
  expect(hits).toEqual(['html', 'html', 'html', null]);
});

test('the oldest fault comes first, and none is left after all were cleared', () => {
  const faults = createNetworkFaults(() => 0);
  faults.add(plantedFault({ kind: 'late_answer' }));
  faults.add(plantedFault({ kind: 'redirect' }));
  expect(faults.take('/token')?.kind).toBe('late_answer');
  faults.clear();
  expect(faults.take('/token')).toBeNull();
});
