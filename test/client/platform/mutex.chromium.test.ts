import { afterEach, expect, test, vi } from 'vitest';
import { defaultPlatform } from '../../../src/client/platform/default-platform.ts';

const unhandled: unknown[] = [];
const note = (event: PromiseRejectionEvent): void => void unhandled.push(event.reason);
window.addEventListener('unhandledrejection', note);

let count = 0;
const newName = (): string => `chromium ${performance.now()} ${count++}`;
const workers: Worker[] = [];
afterEach(() => {
  workers.splice(0).forEach((worker) => worker.terminate());
  document.dispatchEvent(new Event('resume'));
  if (unhandled.length > 0) throw new Error(`Nobody handled: ${unhandled.join(', ')}`);
});

const options = (changes: object = {}) => ({
  timeoutMs: 300,
  signal: new AbortController().signal,
  onSteal: () => {},
  ...changes,
});

/** A neighbour that takes the lock and never comes back to its event loop. */
async function busyHolder(name: string): Promise<void> {
  const code = `navigator.locks.request(${JSON.stringify(`sojourn:${name}`)}, async () => { postMessage('held'); await 0; for (;;); });`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  workers.push(worker);
  await new Promise((resolve) => void (worker.onmessage = resolve));
}

const lockState = async (name: string): Promise<[held: number, pending: number]> => {
  const { held = [], pending = [] } = await navigator.locks.query();
  const ours = (list: LockInfo[]): number => list.filter((lock) => lock.name === `sojourn:${name}`).length;
  return [ours(held), ours(pending)];
};

test('C1, C4: takes the lock from a holder that is busy for ever, not before the bound', async () => {
  const name = newName();
  await busyHolder(name);
  const startedAt = performance.now();
  let stoleAfter = 0;
  const onSteal = (): void => void (stoleAfter = performance.now() - startedAt);
  expect(
    await defaultPlatform()
      .mutex(name)
      .run(async () => 'mine', options({ onSteal })),
  ).toBe('mine');
  expect(stoleAfter).toBeGreaterThanOrEqual(300);
  expect(stoleAfter).toBeLessThan(1500);
  expect(await lockState(name)).toEqual([0, 0]);
});

test('C2: the robbed one works on, and nobody hears of it', async () => {
  const name = newName();
  let finish = (): void => {};
  const robbed = defaultPlatform()
    .mutex(name)
    .run(() => new Promise<string>((resolve) => void (finish = () => resolve('late'))), options());
  await vi.waitFor(async () => expect(await lockState(name)).toEqual([1, 0]));
  expect(
    await defaultPlatform()
      .mutex(name)
      .run(async () => 'soon', options()),
  ).toBe('soon');
  finish();
  expect(await robbed).toBe('late');
});

test('a page that goes away withdraws its request and lets go of its lock, and takes both up again', async () => {
  const name = newName();
  const platform = defaultPlatform();
  const stop = new AbortController();
  const turns: string[] = [];
  const held = platform.mutex(name).hold(async (turn) => {
    turns.push('in');
    await new Promise<void>((resolve) => (turn as AbortSignal).addEventListener('abort', () => resolve()));
  }, stop.signal);
  await vi.waitFor(async () => expect(await lockState(name)).toEqual([1, 0]));
  const queued = platform.mutex(name).run(async () => 'had its turn', options({ timeoutMs: 60_000 }));
  await vi.waitFor(async () => expect(await lockState(name)).toEqual([1, 1]));

  window.dispatchEvent(new Event('pagehide'));
  await vi.waitFor(async () => expect(await lockState(name)).toEqual([0, 0]));
  window.dispatchEvent(new Event('pageshow'));
  await vi.waitFor(() => expect(turns).toEqual(['in', 'in']));
  stop.abort();
  await held;
  expect(await queued).toBe('had its turn');
  expect(await lockState(name)).toEqual([0, 0]);
});

test('an aborted wait leaves nothing behind', async () => {
  const name = newName();
  await busyHolder(name);
  const stop = new AbortController();
  const waiting = defaultPlatform()
    .mutex(name)
    .run(async () => 1, options({ timeoutMs: 60_000, signal: stop.signal }));
  await vi.waitFor(async () => expect(await lockState(name)).toEqual([1, 1]));
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
  await vi.waitFor(async () => expect(await lockState(name)).toEqual([1, 0]));
});
