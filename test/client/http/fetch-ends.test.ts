import { describe, expect, test, vi } from 'vitest';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { api, expired, keys, never, ok, world } from './api-under-test.ts';
import { fakeAuthorizer } from './fake-authorizer.ts';

describe('an end in the middle', () => {
  const ended = new SessionError('session_ended', 'The session is over (signed_out).', { reason: 'signed_out' });

  test('I5: aborts what is under way with the reason', async () => {
    const there = world(never);
    const waiting = there.fetch('users');
    await vi.waitFor(() => expect(there.sent).toHaveLength(1));
    there.authorizer.leave(ended);
    await expect(waiting).rejects.toBe(ended);
  });

  test('is typed, whatever the runtime makes of an abort', async () => {
    const nameless: typeof fetch = (_, init) =>
      new Promise((_ok, fail) =>
        init?.signal?.addEventListener('abort', () => fail(new DOMException('Aborted.', 'AbortError'))),
      );
    const there = world(ok, { fetch: nameless });
    const waiting = there.fetch('users').catch((error: unknown) => error);
    await new Promise((done) => setTimeout(done));
    there.authorizer.leave(ended);
    expect(await waiting).toBe(ended);
  });

  test('ends a body that is still coming', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
    let signal: AbortSignal | null | undefined;
    const { authorizer, fetch } = world(ok, {
      fetch: async (_, init) => ((signal = init?.signal), new Response(body)),
    });
    await fetch('users');
    authorizer.leave(ended);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe(ended);
  });

  test('I7: a tab that looks at its vault again while it signs: learns first, then sends as the same person', async () => {
    const authorizer = fakeAuthorizer();
    const { isCurrent } = authorizer;
    let looks = 0;
    authorizer.isCurrent = (given) => ++looks > 2 && isCurrent(given);
    let authorized = 0;
    const { authorize } = authorizer;
    authorizer.authorize = () => (authorized++, authorize());
    const there = world(ok, { authorizer });
    expect((await there.fetch('users')).status).toBe(200);
    expect([authorized, there.sent.length]).toEqual([3, 1]);
  });

  test('I5: a tab that learns of another person while it signs: nothing leaves', async () => {
    const authorizer = fakeAuthorizer();
    const { authorize } = authorizer;
    let calls = 0;
    authorizer.isCurrent = () => false;
    authorizer.authorize = async () => ({ ...(await authorize()), userId: ++calls > 1 ? 'bob' : 'ada' });
    const there = world(ok, { authorizer });
    await expect(there.fetch('users')).rejects.toMatchObject({ code: 'identity_changed' });
    expect(there.sent).toEqual([]);
  });

  test('I5: between authorization and sending: nothing leaves', async () => {
    const authorizer = fakeAuthorizer();
    const { authorize } = authorizer;
    authorizer.authorize = async () => {
      const given = await authorize();
      authorizer.leave('no reason of ours');
      return given;
    };
    const there = world(ok, { authorizer });
    await expect(there.fetch('users')).rejects.toMatchObject({ code: 'identity_changed' });
    expect(there.sent).toEqual([]);
  });

  test('I5: in the last microtask before sending: nothing leaves', async () => {
    const asked: string[] = [];
    const authorizer = fakeAuthorizer();
    const { isCurrent } = authorizer;
    authorizer.isCurrent = (given) => {
      // The last time it is asked is the one that counts: whatever runs next, runs after the request has left.
      asked.length = 0;
      void Promise.resolve().then(() => asked.push('next microtask'));
      return isCurrent(given);
    };
    const there = world(ok, { authorizer, fetch: async () => (asked.push('sent'), new Response()) });
    await there.fetch('users');
    expect(asked).toEqual(['sent', 'next microtask']);
  });

  test('I5: while the proof is made: nothing leaves', async () => {
    const key = await keys.create();
    const authorizer = fakeAuthorizer({ key });
    const slow = {
      prove: async (...args: Parameters<typeof keys.prove>) => (authorizer.leave(ended), keys.prove(...args)),
    };
    const there = world(ok, { authorizer, keys: slow });
    await expect(there.fetch('users')).rejects.toBe(ended);
    expect(there.sent).toEqual([]);
  });

  test('while the refresh runs: the request is not sent again', async () => {
    const authorizer = fakeAuthorizer();
    authorizer.failing = ended;
    const there = world(expired, { authorizer });
    await expect(there.fetch('users')).rejects.toBe(ended);
    expect(there.sent).toHaveLength(1);
  });
});

describe("the caller's own signal", () => {
  test('ends a request with its own reason', async () => {
    const there = world(never);
    const abort = new AbortController();
    const waiting = there.fetch('users', { signal: abort.signal });
    await vi.waitFor(() => expect(there.sent).toHaveLength(1));
    const reason = new Error('changed my mind');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test('ends the wait for a refresh at once', async () => {
    const authorizer = fakeAuthorizer();
    authorizer.gate = never();
    const there = world(expired, { authorizer });
    const abort = new AbortController();
    const waiting = there.fetch('users', { signal: abort.signal });
    await vi.waitFor(() => expect(there.sent).toHaveLength(1));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('that has fired already: nothing is sent', async () => {
    const there = world(ok);
    await expect(there.fetch(new Request(api, { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(there.sent).toEqual([]);
  });

  test('network errors stay what fetch makes them', async () => {
    const error = new TypeError('Failed to fetch');
    const there = world(() => Promise.reject(error));
    await expect(there.fetch('users')).rejects.toBe(error);
  });

  test('is heard where AbortSignal.any does not exist', async () => {
    vi.spyOn(AbortSignal, 'any').mockReset();
    vi.stubGlobal('AbortSignal', Object.assign(class extends AbortSignal {}, { any: undefined }));
    try {
      const reason = new SessionError('session_ended', 'Over.');
      const there = world(never);
      const waiting = there.fetch('users', { signal: new AbortController().signal });
      await vi.waitFor(() => expect(there.sent).toHaveLength(1));
      there.authorizer.leave(reason);
      await expect(waiting).rejects.toBe(reason);
    } finally {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    }
  });
});
