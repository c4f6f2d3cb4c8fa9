import { afterEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { defaultPlatform } from '../../../src/client/platform/default-platform.ts';
import type { LifecycleEvent } from '../../../src/client/core/ports.ts';

const stops: Array<() => void> = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  document.body.replaceChildren();
});

test('a person who types or points is heard; a page that scrolls itself or makes events up is not', async () => {
  let heard = 0;
  const platform = defaultPlatform();
  stops.push(platform.activity.subscribe(() => heard++));
  const field = document.body.appendChild(document.createElement('input'));
  const tall = document.body.appendChild(document.createElement('div'));
  tall.style.height = '5000px';
  const scrolled = new Promise<Event>((resolve) =>
    window.addEventListener('scroll', resolve, { once: true, capture: true }),
  );
  window.scrollTo(0, 1000);
  expect((await scrolled).isTrusted).toBe(true);
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }));
  expect(heard).toBe(0);
  window.scrollTo(0, 0);
  await userEvent.type(field, 'a');
  await vi.waitFor(() => expect(heard).toBe(1));
});

test('page events are heard once each, and the focus of a field is none of them', () => {
  const seen: LifecycleEvent[] = [];
  stops.push(defaultPlatform().lifecycle.subscribe((event) => seen.push(event)));
  const field = document.body.appendChild(document.createElement('input'));
  field.focus();
  window.dispatchEvent(new Event('pagehide'));
  document.dispatchEvent(new Event('freeze'));
  document.dispatchEvent(new Event('resume'));
  window.dispatchEvent(new Event('pageshow'));
  window.dispatchEvent(new Event('offline'));
  expect(seen.filter((event) => event !== 'look')).toEqual(['away', 'back', 'offline']);
});

test('a message reaches another document of the origin', async () => {
  const name = `page ${performance.now()}`;
  const heard: unknown[] = [];
  const channel = defaultPlatform().channel(name);
  stops.push(
    channel.subscribe((message) => heard.push(message)),
    channel.close,
  );
  const frame = document.body.appendChild(document.createElement('iframe'));
  const Other = (frame.contentWindow as unknown as typeof globalThis).BroadcastChannel;
  const other = new Other(`sojourn:${name}`);
  const back = new Promise((resolve) => void (other.onmessage = ({ data }) => resolve(data)));
  const message = { v: 1, type: 'refreshed', sessionId: 's', generation: 1 } as const;
  other.postMessage('noise');
  other.postMessage(message);
  await vi.waitFor(() => expect(heard).toEqual([message]));
  channel.post(message);
  expect(await back).toEqual(message);
});
