import { readCookieSession } from 'sojourn/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '../tokens/hash-of.ts';
import {
  attemptKey,
  baseUrl,
  bodyOf,
  origin as appOrigin,
  serverUnderTest,
  type CallInit,
  type ServerUnderTest,
} from './server-under-test.ts';

let on: ServerUnderTest;
const otherApp = 'https://other.example.com';
beforeEach(async () => void (on = await serverUnderTest({ cookie: true, origins: [appOrigin, otherApp] })));

interface SignedIn {
  session_id: string;
  revocation_token: string;
}

/** A browser as the server sees it: all of its requests carry its cookies. */
class Jar {
  readonly cookies = new Map<string, string>();

  get header(): string {
    return [...this.cookies].map((pair) => pair.join('=')).join('; ');
  }

  async post(path: string, init: CallInit): Promise<Response> {
    const answer = await on.call('POST', path, { ...init, headers: { cookie: this.header, ...init.headers } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=');
      if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  async signIn(username = 'ada', init: CallInit = {}, place: string | null = 'app'): Promise<SignedIn> {
    const json = { credentials: { username, password: 'right' }, remember: true, ...(place !== null && { place }) };
    return (await bodyOf(await this.post('/sessions', { json, ...init }))) as unknown as SignedIn;
  }

  /** Whose page the server renders. */
  async page(): Promise<string | null> {
    const request = new Request(baseUrl, { headers: { cookie: this.header } });
    return (await readCookieSession(request, on))?.userId ?? null;
  }
}

/** Somebody who signed in, whose browser then lost all that scripts can write, and kept the cookies. */
async function purged(init?: CallInit): Promise<Jar & { before: string }> {
  const jar = new Jar();
  const { session_id: before } = await jar.signIn('ada', init);
  expect(await jar.page()).toBe('user_ada');
  return Object.assign(jar, { before });
}

const bound = async (): Promise<CallInit> => {
  const dpop = await (await on.provingClient()).prove('POST', `${baseUrl}/sessions`);
  return { headers: { dpop } };
};

describe('a sign-in in a browser that has the cookie of an earlier one', () => {
  it.each([
    ['the same person', 'ada', false],
    ['somebody else', 'grace', false],
    ['the same person, with keys', 'ada', true],
    ['somebody else, with keys', 'grace', true],
  ])('ends that one, and clears its cookie: %s', async (_name, username, hasKeys) => {
    const jar = await purged(hasKeys ? await bound() : {});
    const [oldName = ''] = [...jar.cookies.keys()];
    const { session_id: id } = await jar.signIn(username, hasKeys ? await bound() : {});
    expect(await on.sessions.inspect(jar.before)).toMatchObject({ endReason: 'signed_out_elsewhere' });
    expect([jar.cookies.size, jar.cookies.has(oldName)]).toEqual([1, false]);
    expect(await on.sessions.isValid(id)).toBe(true);
    expect(await jar.page()).toBe(`user_${username}`);
  });

  it.each(['ada', 'grace'])(
    'and then signs %s out as the client does: no page is rendered for anybody',
    async (who) => {
      const jar = await purged();
      const { revocation_token: token } = await jar.signIn(who);
      expect((await jar.post('/revoke', { form: { token } })).status).toBe(200);
      expect(await jar.page()).toBeNull();
      for (const user of ['user_ada', 'user_grace']) expect((await on.sessions.list(user)).sessions).toEqual([]);
      const attempts = JSON.stringify([{ generation: 0, key: attemptKey(0) }]);
      const answer = await jar.post('/token', { form: { grant_type: 'refresh_token', attempts } });
      expect(await bodyOf(answer)).toMatchObject({ error: 'invalid_grant' });
    },
  );

  it.each<[string, unknown, number]>([
    ['wrong credentials', { credentials: { username: 'ada', password: 'wrong' } }, 401],
    ['a body that is none', { credentials: 'ada' }, 400],
  ])('ends nothing when it fails: %s', async (_name, json, status) => {
    const jar = await purged();
    expect((await jar.post('/sessions', { json })).status).toBe(status);
    expect(await on.sessions.isValid(jar.before)).toBe(true);
    expect(await jar.page()).toBe('user_ada');
  });

  it('ends nothing when its tokens cannot be made', async () => {
    let isBroken = false;
    on = await serverUnderTest({
      cookie: true,
      claims: () => {
        if (isBroken) throw new Error('no roles');
        return {};
      },
    });
    const jar = await purged();
    isBroken = true;
    const json = { credentials: { username: 'ada', password: 'right' } };
    expect((await jar.post('/sessions', { json })).status).toBe(500);
    expect((await on.sessions.list('user_ada')).sessions).toMatchObject([{ id: jar.before }]);
    expect(await jar.page()).toBe('user_ada');
  });

  it('ends nothing for a cookie that is forged, nor in another browser', async () => {
    const jar = await purged();
    const [[name, value] = ['', '']] = jar.cookies;
    const stranger = new Jar();
    stranger.cookies.set(name, `${value.slice(0, -1)}${value.endsWith('A') ? 'Q' : 'A'}`);
    await stranger.signIn('eve');
    expect(await on.sessions.isValid(jar.before)).toBe(true);
    await new Jar().signIn('ada');
    expect(await on.sessions.isValid(jar.before)).toBe(true);
  });

  it.each<[string, CallInit, string | null]>([
    ['a manager of another name', {}, 'other'],
    ['an app of another origin', { headers: { origin: otherApp } }, 'app'],
    ['a page that names no place', {}, null],
  ])('ends nothing that is held elsewhere: the sign-in of %s', async (_name, init, place) => {
    const jar = await purged();
    const { session_id: id } = await jar.signIn('ada', init, place);
    expect(await on.sessions.isValid(jar.before)).toBe(true);
    expect([jar.cookies.size, await jar.page()]).toEqual([2, 'user_ada']);
    // What was there when this one was refreshed is still where it was.
    const attempts = JSON.stringify([{ generation: 0, key: attemptKey(0) }]);
    const names = [...jar.cookies.keys()];
    const form = { grant_type: 'refresh_token', attempts, session_id: id };
    expect((await jar.post('/token', { form, ...init })).status).toBe(200);
    expect([...jar.cookies.keys()]).toEqual(names);
  });

  it('leaves the one that its page holds to the page, which may never get the answer', async () => {
    const jar = await purged();
    const json = { credentials: { username: 'grace', password: 'right' }, place: 'app', holds: jar.before };
    expect((await jar.post('/sessions', { json })).status).toBe(201);
    expect(await on.sessions.isValid(jar.before)).toBe(true);
  });

  it('ends nothing at a server whose pages hold the tokens', async () => {
    const jar = await purged();
    const other = await serverUnderTest({ sessions: on.sessions });
    await other.signIn({ username: 'grace', headers: { cookie: jar.header } });
    expect(await on.sessions.isValid(jar.before)).toBe(true);
  });
});

describe('a sign-out by cookies alone', () => {
  /** Two sessions in one jar: both signed in before either cookie was there. */
  async function two(init?: CallInit): Promise<Jar & { ids: string[] }> {
    const [jar, other] = [new Jar(), new Jar()];
    const ids = [(await jar.signIn('ada', init)).session_id, (await other.signIn('grace')).session_id];
    for (const [name, value] of other.cookies) jar.cookies.set(name, value);
    expect(jar.cookies.size).toBe(2);
    return Object.assign(jar, { ids });
  }
  const live = (ids: string[]): Promise<boolean[]> => Promise.all(ids.map((id) => on.sessions.isValid(id)));

  it('ends every session whose cookie came along, and clears the cookies', async () => {
    const jar = await two();
    const answer = await jar.post('/revoke', { form: {} });
    expect([answer.status, jar.cookies.size, await live(jar.ids)]).toEqual([200, 0, [false, false]]);
  });

  it('ends the one that is named, and no other', async () => {
    const jar = await two();
    await jar.post('/revoke', { form: { session_id: jar.ids[0]! } });
    expect([jar.cookies.size, await live(jar.ids)]).toEqual([1, [false, true]]);
    await jar.post('/revoke', { form: { session_id: 'session_of_nobody' } });
    expect(await live(jar.ids)).toEqual([false, true]);
  });

  it('takes a proof of their key for all of them, and one that names a token for none', async () => {
    const client = await on.provingClient();
    const prove = (path: string, claims = {}): Promise<string> => client.prove('POST', `${baseUrl}${path}`, { claims });
    const [jar, other] = [new Jar(), new Jar()];
    const ids: string[] = [];
    for (const each of [jar, other])
      ids.push((await each.signIn('ada', { headers: { dpop: await prove('/sessions') } })).session_id);
    const [first = ''] = jar.cookies.values();
    for (const [name, value] of other.cookies) jar.cookies.set(name, value);
    const named = await prove('/revoke', { rth: hashOf(first) });
    const answer = await jar.post('/revoke', { form: {}, headers: { dpop: named } });
    expect([answer.status, await live(ids)]).toEqual([400, [true, true]]);
    await jar.post('/revoke', { form: {}, headers: { dpop: await prove('/revoke') } });
    expect([jar.cookies.size, await live(ids)]).toEqual([0, [false, false]]);
  });

  it('says so where one needs the proof of its key, and ends the others', async () => {
    const jar = await two(await bound());
    const answer = await jar.post('/revoke', { form: {} });
    expect([answer.status, (await bodyOf(answer))['error']]).toEqual([400, 'invalid_dpop_proof']);
    expect(await live(jar.ids)).toEqual([true, false]);
  });
});
