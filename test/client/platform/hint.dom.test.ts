import { afterEach, expect, test, vi } from 'vitest';
import { storageHint } from '../../../src/client/platform/hint.ts';

afterEach(() => vi.unstubAllGlobals());

test('says what was noted, by name', () => {
  storageHint('a').write('signed_in');
  expect([storageHint('a').read(), storageHint('b').read()]).toEqual(['signed_in', null]);
});

test('anything else in its place is nothing', () => {
  localStorage.setItem('sojourn:c:hint', 'admin');
  expect(storageHint('c').read()).toBeNull();
});

test('H4: storage that is blocked, full or absent costs only the note', () => {
  const blocked = {
    getItem: () => {
      throw new DOMException('no', 'SecurityError');
    },
    setItem: () => {
      throw new DOMException('no', 'QuotaExceededError');
    },
  };
  for (const storage of [blocked, null, undefined]) {
    vi.stubGlobal('localStorage', storage);
    storageHint('d').write('signed_in');
    expect(storageHint('d').read()).toBeNull();
  }
});
