import { describe, expect, it } from 'vitest';
import { attemptKey, bodyOf, serverUnderTest } from '../server/http/server-under-test.ts';

const credentials = { username: 'ada', password: 'right' };

/** `name=value` of the cookie that an answer sets. */
const cookieOf = (answer: Response): string => answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';

describe('a browser that somebody else has prepared', () => {
  it("gets a new session with a cookie of its own at sign-in, whatever cookie was planted; the planted one never becomes the person's", async () => {
    const on = await serverUnderTest({ cookie: true });
    const eves = await on.call('POST', '/sessions', { json: { credentials: { ...credentials, username: 'eve' } } });
    const planted = cookieOf(eves);
    const eve = (await bodyOf(eves))['session_id'] as string;

    const adas = await on.call('POST', '/sessions', { json: { credentials }, headers: { cookie: planted } });
    const ada = (await bodyOf(adas))['session_id'] as string;
    const [plantedName, plantedValue] = planted.split('=') as [string, string];
    expect(ada).not.toBe(eve);
    expect(cookieOf(adas).split('=')[0]).not.toBe(plantedName);
    expect(cookieOf(adas)).not.toContain(plantedValue);

    const refreshed = (session: string, cookie: string): Promise<Response> =>
      on.call('POST', '/token', {
        form: {
          grant_type: 'refresh_token',
          session_id: session,
          attempts: JSON.stringify([{ generation: 0, key: attemptKey(session.slice(-8)) }]),
        },
        headers: { cookie },
      });
    // What eve knows opens her own session only.
    expect(await bodyOf(await refreshed(ada, planted))).toMatchObject({ reason: 'unknown' });
    const both = `${planted}; ${cookieOf(adas)}`;
    expect(await bodyOf(await refreshed(ada, both))).toMatchObject({ session_id: ada, generation: 1 });
    expect(await on.sessions.get(eve)).toMatchObject({ userId: 'user_eve' });
  });

  it('takes no name for its session from the request, nor from tokens that come with it', async () => {
    const on = await serverUnderTest();
    const eve = await on.signIn({ username: 'eve' });
    for (const name of ['id', 'session_id', 'refresh_token', 'alias'])
      expect((await on.call('POST', '/sessions', { json: { credentials, [name]: eve.session_id } })).status).toBe(400);
    const ada = await on.signIn({
      username: 'ada',
      headers: { authorization: `Bearer ${eve.access_token}`, 'idempotency-key': attemptKey(0) },
    });
    expect(ada.session_id).not.toBe(eve.session_id);
    expect(ada.refresh_token).not.toBe(eve.refresh_token);
    expect(ada.user?.id).toBe('user_ada');
  });

  it('has another session, and other tokens, after each sign-in of the same person', async () => {
    const on = await serverUnderTest();
    const stays = [await on.signIn(), await on.signIn(), await on.signIn()];
    const secrets = stays.flatMap((stay) => [
      stay.session_id,
      stay.access_token,
      stay.refresh_token,
      stay.revocation_token,
    ]);
    expect(new Set(secrets).size).toBe(12);
  });
});
