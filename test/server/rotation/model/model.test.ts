import { describe, expect, test } from 'vitest';
import { decideRotation } from '../../../../src/server/engine/decide-rotation.ts';
import { brokenTwins } from './broken-decisions.ts';
import { explore, inWords } from './explore.ts';
import type { Scope } from './state.ts';

const depth = 8;

/** Each with and without a lock between the tabs, and with the token in the page and in a cookie. */
const worlds: Record<string, Omit<Scope, 'mode' | 'lock'>> = {
  'lost answers, late and doubled requests, a dying server, sign-outs': {},
  'that, and the absolute end': { limit: 'absolute' },
  'that, and nobody who is active': { limit: 'idle' },
  'that, and a store that forgets refreshes': { failover: 'refreshes' },
  'that, and a backup that forgets sign-outs too': { failover: 'anything' },
  'that, and a thief of the token': { thief: 'token' },
  'that, and a thief of all that the browser holds': { thief: 'profile' },
  'that, and a thief of all but the key that the session is bound to': { thief: 'profile without key' },
  'that, a thief of the token and a store that forgets': { thief: 'token', failover: 'refreshes' },
  'that, a thief of it all and a store that forgets': { thief: 'profile', failover: 'refreshes' },
};

describe.each([
  { mode: 'bearer', lock: true },
  { mode: 'bearer', lock: false },
  { mode: 'cookie', lock: true },
  { mode: 'cookie', lock: false },
] as const)('every history of 8 steps of two tabs, $mode, with a lock: $lock', { timeout: 300_000 }, (tabs) => {
  test.each(Object.entries(worlds))('%s: no promise is broken', (_, world) => {
    const found = explore({ scope: { ...tabs, ...world }, decide: decideRotation }, depth);
    expect(inWords(found)).toBe('No history breaks a promise.');
    expect(found.states).toBeGreaterThan(1000);
  });
});

describe('a server that', { timeout: 300_000 }, () => {
  test.each(brokenTwins)('$fault is found', ({ decide, scope, promise }) => {
    const { broken } = explore({ scope, decide }, depth);
    expect(broken?.promise).toBe(promise);
  });
});

test('the shortest history that breaks a promise is told in words', () => {
  const { decide, scope } = brokenTwins.find(({ fault }) => fault.includes('no ring of five'))!;
  expect(inWords(explore({ scope, decide }, depth)).split('\n')).toEqual([
    'An honest client is taken for a thief.',
    '1. tab A refreshes with token 0: granted 1; a copy of the request is still on its way',
    '2. tab A refreshes with token 1: granted 2',
    '3. a late request with token 0 arrives: ended',
  ]);
});
