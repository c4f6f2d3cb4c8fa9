import { createSessionManager, type SessionManager, type SessionOptions } from '../../src/index.ts';
import {
  createAccessTokens,
  createMac,
  createRandom,
  createSessions,
  createSessionServer,
  type Sessions,
  type SessionServerOptions,
} from '../../src/server/index.ts';
import { createMemoryStore } from '../../src/server/stores/memory.ts';
import { fakeClock, fakeTabs, type FakeTab, type FakeTabs } from '../../src/testing/index.ts';

import { expect, onTestFinished } from 'vitest';
import { createCanary } from './canary.ts';

const app = 'https://app.example.com';
export const api = 'https://auth.example.com';
/** What the refresh lock of its sessions is called. */
export const refreshLock: string = `sojourn:default@${api}`;

/** One request that reached the server, without anything secret. */
export interface Seen {
  route: string;
  status: number;
  /** Whether a token came along, and whose by what the server says. */
  bearer: boolean;
  body: string;
}

/** A tab and its manager. */
export interface Opened {
  tab: FakeTab;
  session: SessionManager;
}

/** A whole browser and the whole server in one process: everything but the network and the clock is the product. */
export interface World extends Omit<FakeTabs, 'open'> {
  seen: Seen[];
  /** The cookie jar of the browser. */
  jar: Map<string, string>;
  /** What the next request to this path meets: an answer, or a loss after the server has acted. */
  fail(path: string, how: Response | 'lost'): void;
  /** The next request to this path is served at once, and its answer takes `ms` to arrive. */
  late(path: string, ms: number): void;
  /** Stands between the tabs and the server: answers a request itself, throws as a network does, or lets it through (null). */
  proxy: (request: Request) => Response | null | Promise<Response | null>;
  offline: boolean;
  /** A request from anywhere, past the browser: a back end, or a thief with what he took. */
  send(request: Request): Promise<Response>;
  /** The server's sessions, as a back end or an administrator uses them. */
  sessions: Sessions;
  /** What the server knows about people, by id, besides the id. */
  people: Map<string, Record<string, unknown>>;
  /** Real work of a test: simulated time waits for it. */
  work<T>(task: () => Promise<T>): Promise<T>;
  open(options?: Partial<SessionOptions>): Opened;
  /** A tab of another browser: a vault and a jar of its own. */
  elsewhere(options?: Partial<SessionOptions>): Opened;
}

/** What {@link createWorld} takes. */
export interface WorldOptions {
  cookies?: boolean;
  /** Of access tokens. */
  life?: string;
  /** What else the server is told. */
  server?: Partial<SessionServerOptions>;
}

/** Creates a {@link World}. Proofs and signatures are real; simulated time waits for them. */
export function createWorld({ cookies = false, life = '5m', server: more = {} }: WorldOptions = {}): World {
  let underWay = 0;
  const clock = fakeClock({ turns: 10, busy: () => underWay > 0 });
  /** Real work takes no simulated time. */
  const real =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      underWay++;
      return work(...args).finally(() => underWay--);
    };
  const tabs = fakeTabs({ clock, keys: 'real' });
  const random = createRandom();
  const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  const time = { now: () => clock.now() };
  const sessions = createSessions({ store: createMemoryStore(), clock: time, random, mac });
  const people: World['people'] = new Map();
  const user = (id: string): { id: string } => ({ ...people.get(id), id });
  const server = createSessionServer({
    sessions,
    tokens: createAccessTokens({ issuer: api, audience: api, clock: time, life }),
    authenticate: async ({ username }) => (typeof username === 'string' ? user(username) : null),
    findUser: async (id) => user(id),
    origins: [app],
    cookie: cookies,
    clock: time,
    ...more,
  });
  const canary = createCanary();
  onTestFinished(() => expect(canary.findings()).toEqual([]));
  const failures = new Map<string, Response | 'lost'>();
  const delays = new Map<string, number>();

  const networkOf =
    (jar: Map<string, string>) =>
    async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      const given = new Request(input, init);
      const { pathname } = new URL(given.url);
      canary.saw('the URL of a request', given.url);
      if (world.offline) throw new TypeError('Failed to fetch');
      const headers = new Headers(given.headers);
      headers.set('Origin', app);
      headers.set('Sec-Fetch-Site', 'same-site');
      if (given.credentials === 'include') headers.set('Cookie', [...jar].map((pair) => pair.join('=')).join('; '));
      const body = given.body === null ? null : await given.clone().text();
      const failure = failures.get(pathname);
      failures.delete(pathname);
      if (failure instanceof Response) return failure;
      const own = await world.proxy(given.clone());
      if (own) return own;
      const response = await server.fetch(new Request(given.url, { method: given.method, headers, body }));
      await canary.answered(response);
      keep(jar, response.headers.getSetCookie());
      const bearer = headers.has('Authorization');
      world.seen.push({ route: `${given.method} ${pathname}`, status: response.status, bearer, body: body ?? '' });
      if (failure === 'lost') throw new TypeError('Failed to fetch');
      return response;
    };

  /** Simulated time passes while the answer is on its way; who gives it up has not got it. */
  function arriveLate(response: Response, ms: number, signal: AbortSignal | null | undefined): Promise<Response> {
    return new Promise((resolve, reject) => {
      clock.after(ms, () => resolve(response));
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  function openIn(browser: FakeTabs, jar: Map<string, string>, options: Partial<SessionOptions>): Opened {
    const tab = browser.open();
    const { vault } = tab;
    const platform = canary.listening(tab.platform);
    const send = real(networkOf(jar));
    const fetch = tab.bind(async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const ms = delays.get(pathname);
      delays.delete(pathname);
      const response = await send(input, init);
      return ms === undefined ? response : arriveLate(response, ms, init?.signal);
    });
    const keys = { create: real(platform.keys.create), prove: real(platform.keys.prove) };
    const common = { url: api, cookies, vault, platform, keys, fetch, liveEvents: false };
    const session = createSessionManager({ ...common, ...options });
    canary.watch(session);
    return { tab, session };
  }

  const world: World = {
    ...tabs,
    get tabs() {
      return tabs.tabs;
    },
    seen: [],
    jar: new Map(),
    fail: (path, how) => void failures.set(path, how),
    late: (path, ms) => void delays.set(path, ms),
    proxy: () => null,
    offline: false,
    send: real((request: Request) => server.fetch(request)),
    work: (task) => real(task)(),
    sessions,
    people,
    open: (options = {}) => openIn(tabs, world.jar, options),
    elsewhere: (options = {}) => openIn(fakeTabs({ clock, keys: 'real', seed: 2 }), new Map(), options),
  };
  return world;
}

function keep(jar: Map<string, string>, cookies: string[]): void {
  for (const cookie of cookies) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/max-age=0/i.test(cookie)) jar.delete(name);
    else jar.set(name, value);
  }
}

/** How often a route was answered with a status. */
export function count({ seen }: World, route: string, status: number): number {
  return seen.filter((request) => request.route === route && request.status === status).length;
}
