import { readCookieSession, type Sessions } from 'sojourn/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { attemptKey, baseUrl, bodyOf, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

let on: ServerUnderTest;
beforeEach(async () => void (on = await serverUnderTest({ cookie: true })));

interface SignedIn {
  id: string;
  /** `name=value`, as the browser sends it. */
  cookie: string;
}

async function signIn(username = 'ada', remember = false): Promise<SignedIn> {
  const json = { credentials: { username, password: 'right' }, remember };
  return keep(await on.call('POST', '/sessions', { json }));
}

async function keep(answer: Response): Promise<SignedIn> {
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  return { id: (await bodyOf(answer))['session_id'] as string, cookie };
}

const refresh = async ({ cookie }: SignedIn, generation: number): Promise<SignedIn> => {
  const attempts = JSON.stringify([{ generation, key: attemptKey(generation) }]);
  return keep(
    await on.call('POST', '/token', { form: { grant_type: 'refresh_token', attempts }, headers: { cookie } }),
  );
};

const page = (...cookies: string[]): Request =>
  new Request(`${baseUrl}/page`, cookies.length === 0 ? {} : { headers: { cookie: cookies.join('; ') } });
const read = async (...cookies: string[]): Promise<string | null> =>
  (await readCookieSession(page(...cookies), on))?.id ?? null;

describe('readCookieSession', () => {
  it('says whose page it is, as often as it is asked, and changes nothing', async () => {
    const { id, cookie } = await signIn();
    const before = await on.sessions.get(id);
    on.clock.advance(60_000);
    for (let i = 0; i < 20; i++) expect(await readCookieSession(page('theme=dark', cookie, 'x=y'), on)).toEqual(before);
    expect(await on.sessions.get(id)).toEqual(before);
    expect((await on.sessions.events({ userId: 'user_ada' })).map(({ type }) => type)).toEqual(['session.created']);
    expect((await refresh({ id, cookie }, 0)).id).toBe(id);
  });

  it('takes the cookie of now and the one before it, whose answer may have been lost, and no older one', async () => {
    const first = await signIn();
    const second = await refresh(first, 0);
    expect([await read(first.cookie), await read(second.cookie)]).toEqual([first.id, first.id]);
    const third = await refresh(second, 1);
    expect([await read(first.cookie), await read(second.cookie), await read(third.cookie)]).toEqual([
      null,
      first.id,
      first.id,
    ]);
  });

  it('is null without a cookie, for another name, a forged token, and a session that is over', async () => {
    const { id, cookie } = await signIn();
    const [name, value] = cookie.split('=') as [string, string];
    const forged = value.endsWith('A') ? `${value.slice(0, -1)}Q` : `${value.slice(0, -1)}A`;
    const wrong = [[], ['a=b'], [`rt=${value}`], [`${name}=${forged}`], [`${name}=`], [`${name}=${'A'.repeat(5000)}`]];
    for (const cookies of wrong) expect(await read(...cookies)).toBeNull();
    on.clock.advance(30 * 60_000 - 1);
    expect(await read(cookie)).toBe(id);
    on.clock.advance(1);
    expect(await read(cookie)).toBeNull();
    const other = await signIn();
    await on.sessions.revoke(other.id, 'revoked');
    expect(await read(other.cookie)).toBeNull();
  });

  it('takes no revocation token for it', async () => {
    const json = { credentials: { username: 'ada', password: 'right' } };
    const answer = await on.call('POST', '/sessions', { json });
    const name = answer.headers.getSetCookie()[0]?.split('=', 1)[0] ?? '';
    expect(await read(`${name}=${(await bodyOf(answer))['revocation_token'] as string}`)).toBeNull();
  });

  it('asks the store for nothing that is forged, and for a bounded number of cookies', async () => {
    let asked = 0;
    const sessions: Pick<Sessions, 'getByToken'> = { getByToken: async () => (asked++, null) };
    const { cookie } = await signIn();
    const [name, value] = cookie.split('=') as [string, string];
    const many = Array.from({ length: 500 }, (_, index) => `${name}${index}=${value}`);
    await readCookieSession(page(...many), { sessions });
    expect(asked).toBe(16);
  });

  it('knows the newest of one person, nobody of several people, and whoever is named', async () => {
    const first = await signIn();
    on.clock.advance(1000);
    const second = await signIn();
    expect(await read(first.cookie, second.cookie)).toBe(second.id);
    expect(await read(second.cookie, first.cookie)).toBe(second.id);
    const grace = await signIn('grace');
    const jar = page(first.cookie, second.cookie, grace.cookie);
    expect(await readCookieSession(jar, on)).toBeNull();
    for (const { id } of [first, second, grace])
      expect(await readCookieSession(jar, { ...on, sessionId: id })).toMatchObject({ id });
    expect(await readCookieSession(jar, { ...on, sessionId: 'session_of_nobody' })).toBeNull();
    await on.sessions.revokeAll('user_ada');
    expect(await readCookieSession(jar, on)).toMatchObject({ userId: 'user_grace' });
  });

  it('fails while the store is away: that is not "nobody"', async () => {
    const { cookie } = await signIn();
    await on.sessions.close();
    await expect(read(cookie)).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
