import { beforeEach, describe, expect, it } from 'vitest';
import {
  attemptKey,
  baseUrl,
  bodyOf,
  origin,
  serverUnderTest,
  type CallInit,
  type ServerUnderTest,
} from './server-under-test.ts';

let on: ServerUnderTest;
beforeEach(async () => void (on = await serverUnderTest({ cookie: true })));

const setCookie = (answer: Response): string => answer.headers.getSetCookie().join('\n');
const valueOf = (answer: Response): string => /^__Host-Http-rt[\w-]*=([^;]*)/m.exec(setCookie(answer))?.[1] ?? '';

const signIn = (init: CallInit & { remember?: boolean } = {}): Promise<Response> => {
  const { remember = false, ...rest } = init;
  return on.call('POST', '/sessions', {
    json: { credentials: { username: 'ada', password: 'right' }, remember },
    ...rest,
  });
};
const refresh = (cookie: string | null, attempts: unknown, init: CallInit = {}): Promise<Response> =>
  on.call('POST', '/token', {
    form: { grant_type: 'refresh_token', ...(attempts === null ? {} : { attempts: JSON.stringify(attempts) }) },
    ...init,
    headers: { ...(cookie === null ? {} : { cookie: `other=1; __Host-Http-rt=${cookie}` }), ...init.headers },
  });
const attempt = (generation: number, name: string | number = generation): object => ({
  generation,
  key: attemptKey(name),
});

describe('cookie mode', () => {
  it('puts the refresh token into a cookie that no script and no other site can use, and nowhere else', async () => {
    const answer = await signIn();
    expect(setCookie(answer)).toMatch(
      /^__Host-Http-rt-[\w-]{11}=[\w-]{67}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const text = await answer.text();
    expect(text).not.toContain('refresh_token');
    expect(text).not.toContain(valueOf(answer));
    expect(JSON.parse(text)).toMatchObject({ generation: 0, access_token: expect.any(String) });
  });

  it('keeps the cookie beyond the browser only when remembered, to the absolute end', async () => {
    const answer = await signIn({ remember: true });
    expect(setCookie(answer)).toContain(`; Max-Age=${30 * 86_400};`);
    on.clock.advance(86_400_000);
    const next = await refresh(valueOf(answer), [attempt(0)]);
    expect(setCookie(next)).toContain(`; Max-Age=${29 * 86_400};`);
  });

  it('refreshes by the cookie and the attempt made for its generation', async () => {
    const first = await signIn();
    const second = await refresh(valueOf(first), [attempt(0)]);
    expect([second.status, await bodyOf(second)]).toEqual([200, expect.objectContaining({ generation: 1 })]);
    expect(valueOf(second)).toMatch(/^[\w-]{67}$/);
    expect(valueOf(second)).not.toBe(valueOf(first));

    const lost = await refresh(valueOf(first), [attempt(0)]);
    expect(valueOf(lost)).toBe(valueOf(second));

    // The jar is one ahead of the tab's record: the answer was lost after the browser had stored the cookie.
    const ahead = await refresh(valueOf(second), [attempt(0)]);
    expect([ahead.status, valueOf(ahead)]).toEqual([200, valueOf(second)]);
  });

  it('answers stale with the current generation where no attempt was made for the cookie, and never kills for it', async () => {
    const first = await signIn();
    const second = await refresh(valueOf(first), [attempt(0)]);
    const third = await refresh(valueOf(second), [attempt(1), attempt(0)]);
    const stale = await refresh(valueOf(first), [attempt(2)]);
    expect([stale.status, setCookie(stale)]).toEqual([409, '']);
    expect(await stale.json()).toMatchObject({ code: 'stale_generation', generation: 2 });
    expect((await refresh(valueOf(third), [attempt(2), attempt(1)])).status).toBe(200);
  });

  it('ends the session for another attempt key of a spent generation', async () => {
    const first = await signIn();
    await refresh(valueOf(first), [attempt(0)]);
    const thief = await refresh(valueOf(first), [attempt(0, 'thief')]);
    expect(await bodyOf(thief)).toMatchObject({ error: 'invalid_grant', reason: 'reuse_detected' });
    // It has a name of its own: no sign-in made since loses anything.
    expect(setCookie(thief)).toContain('=; Max-Age=0');
  });

  it('answers invalid_grant when there is no cookie, or nonsense in it, or another name', async () => {
    const cookie = valueOf(await signIn());
    expect(await bodyOf(await refresh(null, [attempt(0)]))).toMatchObject({
      error: 'invalid_grant',
      reason: 'unknown',
    });
    expect(await bodyOf(await refresh('nonsense', [attempt(0)]))).toMatchObject({ reason: 'unknown' });
    for (const name of ['__Host-rt', 'rt', '__host-http-rt']) {
      const answer = await refresh(null, [attempt(0)], { headers: { cookie: `${name}=${cookie}` } });
      expect(await bodyOf(answer)).toMatchObject({ reason: 'unknown' });
    }
  });

  it.each<[string, unknown]>([
    ['no list', { generation: 0, key: attemptKey(0) }],
    ['six of them', [0, 1, 2, 3, 4, 5].map((generation) => attempt(generation))],
    ['a short key', [{ generation: 0, key: 'short' }]],
    ['a generation below zero', [attempt(-1)]],
    ['an unknown member', [{ ...attempt(0), extra: 1 }]],
  ])('refuses attempts that are %s', async (_name, attempts) => {
    const answer = await refresh(valueOf(await signIn()), attempts);
    expect([answer.status, await bodyOf(answer)]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
  });

  it('takes no refresh token from the form', async () => {
    const cookie = valueOf(await signIn());
    const answer = await on.call('POST', '/token', { form: { grant_type: 'refresh_token', refresh_token: cookie } });
    expect(await bodyOf(answer)).toMatchObject({ error: 'invalid_request' });
  });

  it('names the attempt in a proof, and cannot name the token, which no script sees', async () => {
    const client = await on.provingClient();
    const first = await signIn({ headers: { dpop: await client.prove('POST', `${baseUrl}/sessions`) } });
    const send = async (idk: string | undefined): Promise<Response> =>
      refresh(valueOf(first), [attempt(0)], {
        headers: {
          'idempotency-key': attemptKey(0),
          dpop: await client.prove('POST', `${baseUrl}/token`, { claims: { idk } }),
        },
      });
    expect(await bodyOf(await send(undefined))).toMatchObject({ error: 'invalid_dpop_proof' });
    expect(await bodyOf(await send(attemptKey(9)))).toMatchObject({ error: 'invalid_dpop_proof' });
    expect(await bodyOf(await send(attemptKey(0)))).toMatchObject({ token_type: 'DPoP', generation: 1 });
  });

  it('keeps the sessions of a browser apart: each has a cookie of its own, and the request names the one it means', async () => {
    const ada = await signIn();
    const grace = await signIn({ json: { credentials: { username: 'grace', password: 'right' } } });
    const [first, second] = [await bodyOf(ada), await bodyOf(grace)];
    const jar = [ada, grace].map((answer) => setCookie(answer).split(';')[0]).join('; ');
    expect(new Set(jar.split('; ').map((pair) => pair.split('=')[0])).size).toBe(2);
    const ask = (form: Record<string, string>): Promise<Response> =>
      on.call('POST', '/token', {
        form: { grant_type: 'refresh_token', attempts: JSON.stringify([attempt(0)]), ...form },
        headers: { cookie: jar },
      });
    for (const { session_id: id } of [second, first])
      expect(await bodyOf(await ask({ session_id: id as string }))).toMatchObject({ session_id: id, generation: 1 });
    expect(await bodyOf(await ask({ session_id: 'session_of_nobody' }))).toMatchObject({ reason: 'unknown' });
    expect(await bodyOf(await ask({}))).toMatchObject({ reason: 'unknown' });
  });

  it('clears the cookies of sessions that are over when somebody signs in, or finds out', async () => {
    const [first, second] = [await signIn(), await signIn()];
    const id = (await bodyOf(first))['session_id'] as string;
    const jar = [first, second].map((answer) => setCookie(answer).split(';')[0]).join('; ');
    await on.sessions.revoke(id, 'revoked');
    const cleared = `${setCookie(first).split('=')[0]}=; Max-Age=0`;
    const third = await signIn({ headers: { cookie: jar } });
    expect(third.headers.getSetCookie()).toEqual([expect.any(String), expect.stringContaining(cleared)]);
    expect(setCookie(await refresh(valueOf(first), [attempt(0)]))).toContain('Max-Age=0');
  });
});

describe('signing out in cookie mode', () => {
  const cleared = /^__Host-Http-rt[\w-]*=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Strict$/;

  it('takes the cookie for a token, clears it, and leaves the storage alone', async () => {
    const first = await signIn();
    const answer = await on.call('POST', '/revoke', {
      form: {},
      headers: { cookie: `__Host-Http-rt=${valueOf(first)}` },
    });
    expect(answer.status).toBe(200);
    expect(setCookie(answer)).toMatch(cleared);
    expect(answer.headers.get('clear-site-data')).toBe('"cache"');
    expect(await on.sessions.get((await bodyOf(first))['session_id'] as string)).toBeNull();
  });

  it('clears the cookie of the session that its revocation token ends', async () => {
    const first = await signIn();
    const { revocation_token: token } = (await bodyOf(first)) as { revocation_token: string };
    const answer = await on.call('POST', '/revoke', {
      form: { token },
      headers: { cookie: `__Host-Http-rt=${valueOf(first)}` },
    });
    expect(setCookie(answer)).toMatch(cleared);
  });

  it('leaves the cookie of whoever signed in since, when the outbox comes late', async () => {
    const { revocation_token: token } = (await bodyOf(await signIn())) as { revocation_token: string };
    const second = await signIn();
    const answer = await on.call('POST', '/revoke', {
      form: { token },
      headers: { cookie: `__Host-Http-rt=${valueOf(second)}` },
    });
    expect([answer.status, setCookie(answer), answer.headers.get('clear-site-data')]).toEqual([200, '', null]);
    expect((await refresh(valueOf(second), [attempt(0)])).status).toBe(200);
  });

  it('everywhere clears it too, unless another person is signed in by now', async () => {
    const first = await signIn();
    const { access_token: accessToken } = (await bodyOf(first)) as { access_token: string };
    const grace = await signIn({ json: { credentials: { username: 'grace', password: 'right' } } });
    const everywhere = (answer: Response): Promise<Response> =>
      on.call('DELETE', '/sessions?scope=all', {
        accessToken,
        headers: { cookie: `__Host-Http-rt=${valueOf(answer)}` },
      });
    const clone = await signIn();
    expect(setCookie(await everywhere(grace))).toBe('');
    const { access_token } = (await bodyOf(await signIn())) as { access_token: string };
    const last = await on.call('DELETE', '/sessions?scope=all', {
      accessToken: access_token,
      headers: { cookie: `__Host-Http-rt=${valueOf(clone)}` },
    });
    expect(setCookie(last)).toMatch(cleared);
  });
});

describe('who may send requests in cookie mode', () => {
  it.each<[string, Record<string, string>, number]>([
    ['the app', { origin }, 201],
    ['the app, same site', { origin, 'sec-fetch-site': 'same-site' }, 201],
    ['another site', { origin: 'https://evil.example' }, 403],
    ['the app from another site', { origin, 'sec-fetch-site': 'cross-site' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['an old browser, or none: no header at all', { origin: '(none)' }, 403],
    ['a browser that hides its Origin', { origin: '(none)', 'sec-fetch-site': 'same-origin' }, 403],
  ])('%s', async (_name, headers, status) => {
    expect((await signIn({ headers })).status).toBe(status);
  });
});
