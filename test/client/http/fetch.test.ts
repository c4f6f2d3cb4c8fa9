import { describe, expect, test, vi } from 'vitest';
import { createFetch, type FetchOptions } from '../../../src/client/http/fetch.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { seededRandom } from '../../../src/testing/fake-platform.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';
import { fakeAuthorizer, type FakeAuthorizer } from './fake-authorizer.ts';

const api = 'https://api.example.com';
const { keys } = fakePlatform({ random: seededRandom(7) });

interface Sent {
  url: string;
  token: string | null;
  headers: Headers;
  body: Uint8Array;
}
type Answer = (sent: Sent) => Response | Promise<Response>;

interface World {
  authorizer: FakeAuthorizer;
  sent: Sent[];
  fetch: ReturnType<typeof createFetch>['fetch'];
  authorize: ReturnType<typeof createFetch>['authorize'];
}

/** A `fetch` whose network is `answer`; what went out is in `sent`. */
function world(answer: Answer, options: Partial<FetchOptions> & { authorizer?: FakeAuthorizer } = {}): World {
  const sent: Sent[] = [];
  const authorizer = options.authorizer ?? fakeAuthorizer();
  const network: typeof fetch = async (...args) => {
    const request = new Request(...args);
    if (request.signal.aborted) throw request.signal.reason;
    const one = {
      url: request.url,
      token: request.headers.get('authorization'),
      headers: request.headers,
      body: new Uint8Array(await request.arrayBuffer()),
    };
    sent.push(one);
    const aborted = new Promise<never>((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
    return Promise.race([answer(one), aborted]);
  };
  const clock = { now: () => 0 };
  const made = createFetch({ keys, clock, origins: [api], baseUrl: `${api}/v1`, fetch: network, ...options, authorizer });
  return { authorizer, sent, ...made };
}

const ok: Answer = () => new Response('ok');
/** Takes the second token only. */
const expired: Answer = ({ token }) => new Response(null, { status: token === 'Bearer token-1' ? 401 : 200 });
const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json({ code, title: code }, { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });
const never = (): Promise<never> => new Promise(() => {});
const tokens = ({ sent }: World): Array<string | null> => sent.map(({ token }) => token);

describe('where the token goes', () => {
  test.each([
    ['users', `${api}/v1/users`, true],
    ['/users', `${api}/users`, true],
    ['./users?q=1', `${api}/v1/users?q=1`, true],
    [`${api}/users`, `${api}/users`, true],
    [new URL(`${api}/users`), `${api}/users`, true],
    [new Request(`${api}/users`), `${api}/users`, true],
    ['https://api.example.com:443/users', `${api}/users`, true],
    ['https://evil.example/users', 'https://evil.example/users', false],
    ['//evil.example/users', 'https://evil.example/users', false],
    ['\\\\evil.example\\users', 'https://evil.example/users', false],
    ['https:/\\evil.example/users', 'https://evil.example/users', false],
    ['http://api.example.com/users', 'http://api.example.com/users', false],
    ['https://api.example.com:8443/users', 'https://api.example.com:8443/users', false],
    ['https://api.example.com.evil.example/', 'https://api.example.com.evil.example/', false],
    ['https://app.example.com/', 'https://app.example.com/', false],
    [new Request('https://evil.example/'), 'https://evil.example/', false],
  ])('M3: %s goes to %s, with token: %s', async (input, url, withToken) => {
    const there = world(ok);
    await there.fetch(input);
    expect(there.sent.map((one) => [one.url, one.token])).toEqual([[url, withToken ? 'Bearer token-1' : null]]);
  });

  test('M3: a 401 of another origin is no reason to refresh, and its body is left alone', async () => {
    const there = world(() => problem(401, 'claims_stale'));
    const answer = await there.fetch('https://evil.example/', { method: 'POST', body: 'x' });
    expect(answer.status).toBe(401);
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([1, 0]);
  });

  test('a request with an Authorization of its own is sent as it is', async () => {
    const there = world(expired);
    await there.fetch('users', { headers: { Authorization: 'Basic abc' } });
    expect(tokens(there)).toEqual(['Basic abc']);
  });

  test('without an API base a relative URL is a TypeError, as it is to fetch', async () => {
    const there = world(ok, { baseUrl: null });
    await expect(there.fetch('users')).rejects.toThrow(TypeError);
  });

  test('nobody signed in: nothing is sent', async () => {
    const authorizer = fakeAuthorizer();
    authorizer.authorize = async () => {
      throw new SessionError('unauthenticated', 'Nobody is signed in.');
    };
    const there = world(ok, { authorizer });
    await expect(there.fetch('users')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(there.sent).toEqual([]);
  });
});

describe('a 401', () => {
  test('is followed by one refresh and one retry', async () => {
    const there = world(expired);
    expect((await there.fetch('users')).status).toBe(200);
    expect(tokens(there)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('A1: 20 requests at once share one refresh', async () => {
    const there = world(expired);
    await Promise.all(Array.from({ length: 20 }, () => there.fetch('users')));
    expect([there.authorizer.refreshes, there.sent.length]).toEqual([1, 40]);
  });

  test('A3: comes back to the caller when the new token is refused too, and is reported', async () => {
    const there = world(() => problem(401, 'invalid_token'));
    const answer = await there.fetch('users?secret=1');
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'invalid_token' });
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([2, 1]);
    expect(there.authorizer.rejected).toEqual([`${api}/v1/users`]);
  });

  test('A4: all that wait for a refresh that fails settle, and none is sent again', async () => {
    const authorizer = fakeAuthorizer();
    authorizer.failing = new SessionError('server_error', 'The refresh failed.');
    const there = world(expired, { authorizer });
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => there.fetch('users')));
    expect(all.map((one) => (one.status === 'rejected' ? (one.reason as SessionError).code : 'sent'))).toEqual(Array(5).fill('server_error'));
    expect(there.sent).toHaveLength(5);
  });

  test('K9: claims_stale is a quiet refresh', async () => {
    const there = world(({ token }) => (token === 'Bearer token-1' ? problem(401, 'claims_stale') : new Response()));
    expect((await there.fetch('users')).status).toBe(200);
    expect(there.authorizer).toMatchObject({ refreshes: 1, rejected: [] });
  });

  test('a 403 is the API’s own business', async () => {
    const there = world(() => problem(403, 'forbidden'));
    const answer = await there.fetch('users');
    expect(await answer.json()).toMatchObject({ code: 'forbidden' });
    expect(there.sent).toHaveLength(1);
  });
});

describe('A5: the body of a retry', () => {
  const text = 'text, ümläut and 🦜';
  const bytes = new TextEncoder().encode(text);
  const form = (): FormData => {
    const data = new FormData();
    data.set('name', text);
    data.set('file', new File([bytes], 'a.bin'));
    return data;
  };

  test.each<[string, () => BodyInit | undefined]>([
    ['text', () => text],
    ['JSON', () => JSON.stringify({ text })],
    ['FormData', form],
    ['Blob', () => new Blob([bytes], { type: 'image/png' })],
    ['ArrayBuffer', () => bytes.slice().buffer],
    ['Uint8Array', () => bytes],
    ['URLSearchParams', () => new URLSearchParams({ text })],
    ['nothing', () => undefined],
  ])('is byte by byte the same: %s', async (_, body) => {
    const there = world(expired);
    const given = body();
    const answer = await there.fetch('users', { method: 'POST', ...(given === undefined ? {} : { body: given }) });
    expect(answer.status).toBe(200);
    const [first, second] = there.sent;
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers.get('content-type')).toBe(first?.headers.get('content-type'));
    expect(first?.body.length === 0).toBe(given === undefined);
  });

  test.each<[string, () => Request]>([
    ['with text', () => new Request(api, { method: 'PUT', body: text })],
    ['with a form', () => new Request(api, { method: 'PUT', body: form() })],
    ['with a stream', () => new Request(api, { method: 'PUT', body: new Blob([bytes]).stream(), duplex: 'half' })],
  ])('is the same for a Request %s', async (_, request) => {
    const there = world(expired);
    expect((await there.fetch(request())).status).toBe(200);
    expect(there.sent[0]?.body.length).toBeGreaterThan(0);
    expect(there.sent[1]?.body).toEqual(there.sent[0]?.body);
  });

  test('is the same although the caller went on using its buffer', async () => {
    const buffer = bytes.slice();
    const there = world((sent) => (buffer.fill(0), expired(sent)));
    await there.fetch('users', { method: 'POST', body: buffer });
    expect(there.sent.map(({ body }) => new TextDecoder().decode(body))).toEqual([text, text]);
  });

  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  test.each<[string, () => unknown]>([
    ['a ReadableStream', () => new Blob([bytes]).stream()],
    ['an async iterable, as Node takes them', chunks],
  ])('cannot be: %s is sent once, and the caller is told', async (_, body) => {
    const there = world(expired);
    const init = { method: 'POST', body: body(), duplex: 'half' } as RequestInit;
    await expect(there.fetch('users', init)).rejects.toMatchObject({ code: 'body_not_replayable', status: 401, retryable: false });
    expect(there.sent.map(({ body: sent }) => new TextDecoder().decode(sent))).toEqual([text]);
    expect(there.authorizer.refreshes).toBe(1);
  });

  test('a stream that is taken at once is fine', async () => {
    const there = world(ok);
    const answer = await there.fetch('users', { method: 'POST', body: new Blob([bytes]).stream(), duplex: 'half' });
    expect([answer.status, there.sent.length]).toEqual([200, 1]);
  });
});

describe('an end in the middle', () => {
  const ended = new SessionError('session_ended', 'The session is over (signed_out).', { reason: 'signed_out' });

  test('I5: aborts what is under way with the reason', async () => {
    const there = world(never);
    const waiting = there.fetch('users');
    await vi.waitFor(() => expect(there.sent).toHaveLength(1));
    there.authorizer.leave(ended);
    await expect(waiting).rejects.toBe(ended);
  });

  test('ends a body that is still coming', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
    let signal: AbortSignal | null | undefined;
    const { authorizer, fetch } = world(ok, { fetch: async (_, init) => ((signal = init?.signal), new Response(body)) });
    await fetch('users');
    authorizer.leave(ended);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe(ended);
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

  test('I5: while the proof is made: nothing leaves', async () => {
    const key = await keys.create();
    const authorizer = fakeAuthorizer({ key });
    const slow = { prove: async (...args: Parameters<typeof keys.prove>) => (authorizer.leave(ended), keys.prove(...args)) };
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
    await expect(there.fetch(new Request(api, { signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: 'AbortError' });
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

describe('a token that is bound to a key', () => {
  async function bound(answer: Answer): Promise<World> {
    return world(answer, { authorizer: fakeAuthorizer({ key: await keys.create() }) });
  }
  const proofs = ({ sent }: World): Array<Record<string, unknown>> =>
    sent.map(({ headers }) => JSON.parse(headers.get('dpop') ?? 'null') as Record<string, unknown>);

  test('goes with a proof of method, URL and token', async () => {
    const there = await bound(ok);
    await there.fetch('users?q=1', { method: 'PUT', body: 'x' });
    expect(tokens(there)).toEqual(['DPoP token-1']);
    expect(proofs(there)[0]).toMatchObject({ method: 'PUT', accessToken: 'token-1', url: `${api}/v1/users?q=1` });
  });

  test('is proven again for the nonce that the API asks for, without a refresh, and the nonce is kept', async () => {
    const wants: Answer = ({ headers }) =>
      JSON.parse(headers.get('dpop') ?? '{}').nonce === 'n1' ? new Response() : problem(401, 'use_dpop_nonce', { 'DPoP-Nonce': 'n1' });
    const there = await bound(wants);
    expect((await there.fetch('users', { method: 'POST', body: 'x' })).status).toBe(200);
    expect((await there.fetch('users')).status).toBe(200);
    expect(proofs(there).map(({ nonce }) => nonce)).toEqual([undefined, 'n1', 'n1']);
    expect(there.authorizer.refreshes).toBe(0);
  });

  test('reads the question of a foreign API from WWW-Authenticate', async () => {
    const headers = { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", error_description="x"', 'DPoP-Nonce': 'n1' };
    const there = await bound(({ headers: given }) => new Response(null, JSON.parse(given.get('dpop') ?? '{}').nonce ? {} : { status: 401, headers }));
    expect((await there.fetch('users')).status).toBe(200);
    expect(there.authorizer.refreshes).toBe(0);
  });

  test('follows a nonce that changes with every answer', async () => {
    let count = 0;
    const there = await bound(() => new Response(null, { headers: { 'DPoP-Nonce': `n${++count}` } }));
    for (let i = 0; i < 3; i++) await there.fetch('users');
    expect(proofs(there).map(({ nonce }) => nonce)).toEqual([undefined, 'n1', 'n2']);
  });

  test('an API that is never content with its nonces gets three requests', async () => {
    let count = 0;
    const there = await bound(() => problem(401, 'use_dpop_nonce', { 'DPoP-Nonce': `n${++count}` }));
    expect((await there.fetch('users')).status).toBe(401);
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([3, 0]);
  });
});

describe('step-up', () => {
  const wants: Answer = ({ token }) => (token === 'Bearer token-1' ? problem(401, 'step_up_required') : new Response());

  test.each([401, 403])('N3: parks a request that is answered %i, and replays it once', async (status) => {
    const stepUp = vi.fn(async () => {});
    const there = world(({ token }) => (token === 'Bearer token-1' ? problem(status, 'step_up_required') : new Response()), { stepUp });
    expect((await there.fetch('transfer', { method: 'POST', body: 'x' })).status).toBe(200);
    expect(stepUp).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ url: `${api}/v1/transfer`, method: 'POST' }));
    expect(there.sent.map(({ body }) => body.length)).toEqual([1, 1]);
  });

  test('N3: cancelled, it rejects typed', async () => {
    const cause = new Error('cancelled');
    const there = world(wants, { stepUp: () => Promise.reject(cause) });
    await expect(there.fetch('transfer')).rejects.toMatchObject({ code: 'step_up_required', cause });
    expect(there.sent).toHaveLength(1);
  });

  test('one dialog serves all who wait', async () => {
    const stepUp = vi.fn(() => new Promise((done) => setTimeout(done, 10)));
    const there = world(wants, { stepUp });
    const answers = await Promise.all([there.fetch('a'), there.fetch('b'), there.fetch('c')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([stepUp.mock.calls.length, there.authorizer.refreshes]).toEqual([1, 1]);
    there.authorizer.refreshes = 0;
    await there.fetch('d');
    expect(stepUp).toHaveBeenCalledTimes(2);
  });

  test('asked for again, the answer is the caller’s', async () => {
    const there = world(() => problem(401, 'step_up_required'), { stepUp: async () => {} });
    expect((await there.fetch('a')).status).toBe(401);
    expect(there.sent).toHaveLength(2);
  });

  test('without the hook, the answer is the caller’s, and no refresh is tried', async () => {
    const there = world(wants);
    expect(await (await there.fetch('a')).json()).toMatchObject({ code: 'step_up_required' });
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([1, 0]);
  });
});

describe('authorize', () => {
  test('answers a copy with the token on it; the original stays usable', async () => {
    const there = world(ok);
    const request = new Request(`${api}/users`, { method: 'POST', body: 'x' });
    const copy = await there.authorize(request);
    expect(copy.headers.get('authorization')).toBe('Bearer token-1');
    expect([await copy.text(), await request.text(), request.headers.has('authorization')]).toEqual(['x', 'x', false]);
    there.authorizer.leave(new Error('over'));
    expect(copy.signal.aborted).toBe(true);
  });

  test('refuses other origins', async () => {
    const there = world(ok);
    await expect(there.authorize(new Request('https://evil.example/'))).rejects.toMatchObject({ code: 'not_allowed_origin' });
  });
});
