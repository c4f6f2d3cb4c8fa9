import { afterEach, expect, test, vi } from 'vitest';
import type { LifecycleEvent } from '../../../src/client/core/ports.ts';
import { pageLifecycle } from '../../../src/client/platform/lifecycle.ts';

const stops: Array<() => void> = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.restoreAllMocks();
});

function listen(lifecycle = pageLifecycle()) {
  const seen: LifecycleEvent[] = [];
  stops.push(lifecycle.subscribe((event) => seen.push(event)));
  return { lifecycle, seen };
}

const onPage = (type: string): boolean => document.dispatchEvent(new Event(type));
const onWindow = (type: string): boolean => window.dispatchEvent(new Event(type));

test('pagehide and freeze together are one leaving, resume and pageshow one return', () => {
  const { lifecycle, seen } = listen();
  onWindow('pagehide');
  expect(lifecycle.isAway()).toBe(true);
  onPage('freeze');
  onPage('resume');
  expect(lifecycle.isAway()).toBe(false);
  onWindow('pageshow');
  expect(seen).toEqual(['away', 'back']);
});

test('the pageshow of a fresh page is no return', () => {
  const { seen } = listen();
  onWindow('pageshow');
  expect(seen).toEqual([]);
});

test('every subscriber is told, and all know that the page is away', () => {
  const { lifecycle, seen } = listen();
  let away: boolean | undefined;
  stops.push(lifecycle.subscribe(() => void (away = lifecycle.isAway())));
  onPage('freeze');
  expect([seen, away]).toEqual([['away'], true]);
});

test('visible and focus are a look, hidden is not; the focus of a field is nothing', () => {
  const { lifecycle, seen } = listen();
  const state = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  onPage('visibilitychange');
  expect(lifecycle.isVisible()).toBe(false);
  state.mockReturnValue('visible');
  onPage('visibilitychange');
  onWindow('focus');
  const field = document.body.appendChild(document.createElement('input'));
  field.dispatchEvent(new Event('focus'));
  expect(seen).toEqual(['hidden', 'look', 'look']);
});

test('online and offline are passed on, and navigator.onLine is the hint', () => {
  const { lifecycle, seen } = listen();
  onWindow('offline');
  onWindow('online');
  expect(seen).toEqual(['offline', 'online']);
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  expect(lifecycle.seemsOnline()).toBe(false);
});

test('I8: listeners are there only while somebody subscribes, and never for unload', () => {
  const add = vi.spyOn(window, 'addEventListener');
  const { lifecycle, seen } = listen();
  const types = add.mock.calls.map(([type]) => type);
  expect(types).not.toContain('unload');
  expect(types).not.toContain('beforeunload');
  stops.splice(0).forEach((stop) => {
    stop();
    stop();
  });
  onWindow('online');
  expect([seen, lifecycle.isAway()]).toEqual([[], false]);
});

test('a page that nobody watched when it came back is not away for ever', () => {
  const { lifecycle } = listen();
  onWindow('pagehide');
  stops.splice(0).forEach((stop) => stop());
  expect(lifecycle.isAway()).toBe(false);
});
