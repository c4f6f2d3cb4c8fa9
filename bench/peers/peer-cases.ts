// What is asked of the peers: the requests that come closest to ours, in their own words.
import type { Ask } from '../server/load.ts';
import { form, json, once, repeated, type Case } from './case.ts';
import { cookiesOf, type HttpLoad } from './http-load.ts';

/** A peer that is up. */
export interface Peer {
  load: HttpLoad;
  url: string;
}

const cart = '{"items":["pen","ink"],"total":12}';

/** express-session or iron-session: their programs have routes of our making. */
export function cookieCases({ load }: Peer, operations: readonly string[]): Record<string, Case> {
  let people = 0;
  const signIn = (): Ask => {
    const user = { id: `user${people++}`, name: 'Ada Lovelace', roles: ['admin'] };
    return { method: 'POST', path: '/sign-in', headers: json, body: JSON.stringify({ user }) };
  };
  const join = async (): Promise<string> => cookiesOf(await load.send(signIn()));
  const asking = (method: string, path: string, body?: string): ((cookie: string) => Promise<unknown>) => {
    const more = body === undefined ? {} : { body };
    return (cookie) => load.send({ method, path, headers: { ...(body === undefined ? {} : json), cookie }, ...more });
  };
  const all: Record<string, Case> = {
    'read my session': repeated(join, asking('GET', '/session')),
    'sign-in': once(signIn, load.send),
    'sign-out': once(join, asking('POST', '/sign-out')),
    'write data': repeated(join, asking('PUT', '/data/cart', cart)),
    'read data': repeated(
      async () => {
        const cookie = await join();
        await asking('PUT', '/data/cart', cart)(cookie);
        return cookie;
      },
      asking('GET', '/data/cart'),
    ),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => operations.includes(name)));
}

/** A client of better-auth. */
export function betterAuth({ load, url }: Peer): {
  /** Makes an account, which signs in; answers its address. */
  signUp: (email: string) => Promise<string>;
  signInAsk: (email: string) => Ask;
  ask: (method: string, name: string, cookie: string, body?: string) => Ask;
} {
  const headers = { ...json, origin: url };
  const post = (name: string, content: object): Ask => {
    return { method: 'POST', path: `/api/auth/${name}`, headers, body: JSON.stringify(content) };
  };
  return {
    signUp: async (email) => {
      await load.send(post('sign-up/email', { email, password: 'right password', name: 'Ada Lovelace' }));
      return email;
    },
    signInAsk: (email) => post('sign-in/email', { email, password: 'right password' }),
    ask: (method, name, cookie, body) => {
      const more = body === undefined ? {} : { body };
      return { method, path: `/api/auth/${name}`, headers: { ...headers, cookie }, ...more };
    },
  };
}

export function betterAuthCases(peer: Peer): Record<string, Case> {
  const { load } = peer;
  const { signUp, signInAsk, ask } = betterAuth(peer);
  let people = 0;
  const account = (): Promise<string> => signUp(`user${people++}@example.com`);
  const join = async (): Promise<string> => cookiesOf(await load.send(signInAsk(await account())));
  const joinTen = async (): Promise<string> => {
    // Signing up is the first.
    const email = await account();
    for (let i = 0; i < 8; i++) await load.send(signInAsk(email));
    return cookiesOf(await load.send(signInAsk(email)));
  };
  return {
    'read my session': repeated(join, (cookie) => load.send(ask('GET', 'get-session', cookie))),
    'sign-in': once(account, (email) => load.send(signInAsk(email))),
    'sign-out': once(join, (cookie) => load.send(ask('POST', 'sign-out', cookie, '{}'))),
    'list 10 sessions': repeated(joinTen, (cookie) => load.send(ask('GET', 'list-sessions', cookie))),
  };
}

/** Tokens of oidc-provider. */
export interface OidcTokens {
  access_token: string;
  refresh_token: string;
}

export const oidc: {
  mint: (load: HttpLoad) => Promise<OidcTokens>;
  refreshAsk: (refreshToken: string) => Ask;
  revokeAsk: (refreshToken: string) => Ask;
} = {
  mint: async (load) => JSON.parse((await load.send({ method: 'POST', path: '/mint' })).text) as OidcTokens,
  refreshAsk: (refreshToken) => {
    const body = `grant_type=refresh_token&client_id=app&refresh_token=${refreshToken}`;
    return { method: 'POST', path: '/token', headers: form, body };
  },
  revokeAsk: (refreshToken) => {
    return { method: 'POST', path: '/token/revocation', headers: form, body: `client_id=app&token=${refreshToken}` };
  },
};

export function oidcCases({ load }: Peer): Record<string, Case> {
  const join = (): Promise<OidcTokens> => oidc.mint(load);
  return {
    refresh: repeated(join, async (tokens) => {
      Object.assign(tokens, JSON.parse((await load.send(oidc.refreshAsk(tokens.refresh_token))).text));
    }),
    'read my user (userinfo)': repeated(join, ({ access_token }) =>
      load.send({ method: 'GET', path: '/me', headers: { authorization: `Bearer ${access_token}` } }),
    ),
    'sign-out': once(join, ({ refresh_token }) => load.send(oidc.revokeAsk(refresh_token))),
  };
}
