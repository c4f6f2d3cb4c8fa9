// The races as the peers run them, where they apply.
import { setTimeout as wait } from 'node:timers/promises';
import { json } from '../peers/case.ts';
import { cookiesOf, type Answer } from '../peers/http-load.ts';
import type { Program } from '../peers/measured-program.ts';
import { betterAuth, oidc, type OidcTokens } from '../peers/peer-cases.ts';
import { atOnce, isGranted, judge, stagger, type Race, type RaceName, type Refreshed } from './race.ts';

const slowMs = 30;

/** express-session and iron-session: nothing rotates, and nobody can be signed out everywhere. */
export function cookieRaces({ load }: Program): Partial<Record<RaceName, Race>> {
  let people = 0;
  const send = (method: string, path: string, cookie: string): Promise<Answer> =>
    load.ask({ method, path, headers: { ...json, cookie }, ...(method === 'POST' ? { body: '{}' } : {}) });
  return {
    slow: async () => {
      const user = { id: `racer${people++}`, name: 'Ada Lovelace', roles: [] };
      const body = JSON.stringify({ user });
      const cookie = cookiesOf(await load.send({ method: 'POST', path: '/sign-in', headers: json, body }));
      const writing = send('POST', `/slow?ms=${slowMs}`, cookie);
      await wait(slowMs / 2);
      await send('POST', '/sign-out', cookie);
      // The browser keeps what the last answer set.
      const { status } = await send('GET', '/session', cookiesOf(await writing) || cookie);
      return status === 200 ? 'alive after sign-out' : null;
    },
  };
}

/** better-auth: sessions in Redis, renewed when they are read and it is time. */
export function betterAuthRaces(program: Program, renewing: Program): Partial<Record<RaceName, Race>> {
  const stamp = Date.now();
  let people = 0;
  const raced = ({ load, url }: Program): typeof client => {
    const { signUp, signInAsk, ask } = betterAuth({ load, url });
    const client = {
      account: () => signUp(`racer${stamp}-${people++}@example.com`),
      signIn: async (email: string) => cookiesOf(await load.send(signInAsk(email))),
      get: (name: string, cookie: string) => load.ask(ask('GET', name, cookie)),
      post: (name: string, cookie: string, body = '{}') => load.ask(ask('POST', name, cookie, body)),
      anyAlive: async (cookies: readonly string[]) => {
        for (const cookie of cookies)
          if ((await client.get('get-session', cookie)).text !== 'null') return 'alive after sign-out' as const;
        return null;
      },
    };
    return client;
  };
  const usual = raced(program);
  const due = raced(renewing);

  /** A request that writes the session, and a sign-out soon after it began. */
  const against =
    (client: typeof usual, write: (cookie: string) => Promise<Answer>): Race =>
    async (round) => {
      const cookie = await client.signIn(await client.account());
      const writing = write(cookie);
      await stagger(round);
      await client.post('sign-out', cookie);
      await writing;
      return client.anyAlive([cookie]);
    };
  return {
    slow: against(usual, (cookie) => usual.post('update-user', cookie, '{"name":"Ada King"}')),
    everywhere: async () => {
      const email = await usual.account();
      const cookies = await atOnce(10, () => usual.signIn(email));
      await usual.post('revoke-sessions', cookies[0] ?? '');
      return usual.anyAlive(cookies);
    },
    writing: against(due, (cookie) => due.get('get-session', cookie)),
  };
}

/** oidc-provider: a public client's refresh tokens rotate. */
export function oidcRaces({ load }: Program): Partial<Record<RaceName, Race>> {
  const refreshed = async (token: string): Promise<OidcTokens | 'refused' | 'later'> => {
    const { status, text } = await load.ask(oidc.refreshAsk(token));
    if (status !== 200) return status === 400 ? 'refused' : 'later';
    return JSON.parse(text) as OidcTokens;
  };
  const refresh = async (token: string): Promise<Refreshed> => {
    const answer = await refreshed(token);
    return typeof answer === 'string' ? answer : { refreshToken: answer.refresh_token };
  };
  const letsIn = async (accessToken: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await load.ask({ method: 'GET', path: '/me', headers })).status === 200;
  };
  const manyAtOnce =
    (count: number): Race =>
    async () => {
      const { refresh_token } = await oidc.mint(load);
      return judge(await atOnce(count, () => refresh(refresh_token)), refresh);
    };
  return {
    few: manyAtOnce(8),
    many: manyAtOnce(100),
    lost: async () => {
      const { refresh_token } = await oidc.mint(load);
      await refresh(refresh_token);
      return judge([await refresh(refresh_token)], refresh);
    },
    writing: async (round) => {
      const { refresh_token, access_token } = await oidc.mint(load);
      const refreshing = refreshed(refresh_token);
      await stagger(round);
      await load.ask(oidc.revokeAsk(refresh_token));
      const answer = await refreshing;
      const isAlive =
        (await letsIn(access_token)) ||
        (typeof answer !== 'string' &&
          ((await letsIn(answer.access_token)) || isGranted(await refresh(answer.refresh_token))));
      return isAlive ? 'alive after sign-out' : null;
    },
  };
}
