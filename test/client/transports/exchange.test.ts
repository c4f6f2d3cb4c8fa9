import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exchange } from '../../../src/client/transports/exchange.ts';

const json = (body: string, type = 'application/json'): Response =>
  new Response(body, { headers: { 'Content-Type': type } });
const options = (signal: AbortSignal = new AbortController().signal): Parameters<typeof exchange>[1] => ({
  what: 'The test',
  signal,
  timeoutMs: 1000,
});
const never = (): Promise<never> => new Promise(() => {});

test('sends before it returns', () => {
  const send = vi.fn<() => Promise<Response>>(async () => json('{}'));
  void exchange(send, options());
  expect(send).toHaveBeenCalledOnce();
});

test.each([
  ['application/json', '{"a":1}', { a: 1 }],
  ['application/problem+json; charset=utf-8', '{"a":1}', { a: 1 }],
  ['text/html', '{"a":1}', undefined],
  ['application/json', '<!doctype html>', undefined],
  ['application/json', '', undefined],
  ['application/json', '{"name":"Zoë 🦜"}', { name: 'Zoë 🦜' }],
])('reads %s %s', async (type, body, expected) => {
  expect((await exchange(async () => json(body, type), options())).json).toEqual(expected);
});

test('a character that is cut in two by the network stays whole', async () => {
  const bytes = new TextEncoder().encode('{"name":"🦜"}');
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const answer = await exchange(
    async () => new Response(body, { headers: { 'Content-Type': 'application/json' } }),
    options(),
  );
  expect(answer.json).toEqual({ name: '🦜' });
});

test('a body without an end is given up at its size, not read into memory', async () => {
  let sent = 0;
  const cancelled = vi.fn<() => void>();
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(sent++ && 8192).fill(32)),
    cancel: cancelled,
  });
  const answer = await exchange(
    async () => new Response(body, { headers: { 'Content-Type': 'application/json' } }),
    options(),
  );
  expect(answer.json).toBeUndefined();
  expect(cancelled).toHaveBeenCalledOnce();
  expect(sent).toBeLessThan(30);
});

describe('failures', () => {
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    ['TypeError', new TypeError('Failed to fetch')],
    ['ECONNRESET', new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })],
    ['DNS', new TypeError('fetch failed', { cause: Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }) })],
    [
      'TLS',
      new TypeError('fetch failed', { cause: Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' }) }),
    ],
    ['redirect: error', new TypeError('fetch failed', { cause: new Error('unexpected redirect') })],
  ])('E1: %s is network_error, or offline where the browser says so', async (_, cause) => {
    const failing = async (): Promise<never> => {
      throw cause;
    };
    await expect(exchange(failing, options())).rejects.toMatchObject({
      name: 'SessionError',
      code: 'network_error',
      retryable: true,
      cause,
    });
    vi.stubGlobal('navigator', { onLine: false });
    await expect(exchange(failing, options())).rejects.toMatchObject({ code: 'offline', retryable: true, cause });
  });

  test('G4: an onLine that lies is not believed before the request was tried', async () => {
    vi.stubGlobal('navigator', { onLine: false });
    await expect(exchange(async () => json('{}'), options())).resolves.toMatchObject({ status: 200 });
  });

  test('a fetch that throws instead of rejecting is a failure like any other', async () => {
    const thrown = exchange(() => {
      throw new TypeError('no fetch here');
    }, options());
    await expect(thrown).rejects.toMatchObject({ code: 'network_error' });
  });

  test('E1: abort says aborted, and is not worth a retry', async () => {
    const abort = new AbortController();
    const waiting = exchange(never, options(abort.signal));
    abort.abort(new Error('signed out'));
    await expect(waiting).rejects.toMatchObject({ code: 'aborted', retryable: false });
  });

  test('nothing is sent for a caller that is gone already', async () => {
    const send = vi.fn<() => Promise<Response>>(never);
    await expect(exchange(send, options(AbortSignal.abort()))).rejects.toMatchObject({ code: 'aborted' });
    expect(send).not.toHaveBeenCalled();
  });
});

describe('the time limit', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('E1: bounds a fetch that never answers and ignores its signal', async () => {
    let seen: AbortSignal | undefined;
    const waiting = exchange((signal) => ((seen = signal), never()), options());
    const outcome = waiting.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(999);
    expect(seen?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toMatchObject({ code: 'timeout', retryable: true });
    expect(seen?.aborted).toBe(true);
  });

  test('bounds a body that stops in the middle', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')) });
    const waiting = exchange(
      async () => new Response(body, { headers: { 'Content-Type': 'application/json' } }),
      options(),
    );
    const outcome = waiting.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await outcome).toMatchObject({ code: 'timeout' });
  });

  test('leaves no timer and no listener behind', async () => {
    const abort = new AbortController();
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    await exchange(async () => json('{}'), options(abort.signal));
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(removed).toHaveBeenCalledOnce();
  });
});
