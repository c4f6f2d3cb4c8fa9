import { createSessionManager, type SessionManager, type SessionOptions } from '../../src/index.ts';
import {
  createAccessTokens,
  createMac,
  createRandom,
  createSessions,
  createSessionServer,
} from '../../src/server/index.ts';
import { createMemoryStore } from '../../src/server/stores/memory.ts';
import { fakeClock, fakeTabs, type FakeTab, type FakeTabs } from '../../src/testing/index.ts';

const app = 'https://app.example.com';
export const api = 'https://auth.example.com';

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
  offline: boolean;
  open(options?: Partial<SessionOptions>): Opened;
  /** A tab of another browser: a vault and a jar of its own. */
  elsewhere(options?: Partial<SessionOptions>): Opened;
}

/** Creates a {@link World}. Proofs and signatures are real; simulated time waits for them. */
export function createWorld({ cookies = false }: { cookies?: boolean } = {}): World {
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
  const server = createSessionServer({
    sessions: createSessions({ store: createMemoryStore(), clock: time, random, mac }),
    tokens: createAccessTokens({ issuer: api, audience: api, clock: time }),
    authenticate: async ({ username }) => (typeof username === 'string' ? { id: username } : null),
    origins: [app],
    cookie: cookies,
    clock: time,
  });
  const failures = new Map<string, Response | 'lost'>();

  const networkOf =
    (jar: Map<string, string>) =>
    async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      const given = new Request(input, init);
      const { pathname } = new URL(given.url);
      if (world.offline) throw new TypeError('Failed to fetch');
      const headers = new Headers(given.headers);
      headers.set('Origin', app);
      headers.set('Sec-Fetch-Site', 'same-site');
      if (given.credentials === 'include') headers.set('Cookie', [...jar].map((pair) => pair.join('=')).join('; '));
      const body = given.body === null ? null : await given.clone().text();
      const failure = failures.get(pathname);
      failures.delete(pathname);
      if (failure instanceof Response) return failure;
      const response = await server.fetch(new Request(given.url, { method: given.method, headers, body }));
      keep(jar, response.headers.getSetCookie());
      const bearer = headers.has('Authorization');
      world.seen.push({ route: `${given.method} ${pathname}`, status: response.status, bearer, body: body ?? '' });
      if (failure === 'lost') throw new TypeError('Failed to fetch');
      return response;
    };

  function openIn(browser: FakeTabs, jar: Map<string, string>, options: Partial<SessionOptions>): Opened {
    const tab = browser.open();
    const { platform, vault } = tab;
    const fetch = tab.bind(real(networkOf(jar)));
    const keys = { create: real(platform.keys.create), prove: real(platform.keys.prove) };
    const common = { url: api, cookies, vault, platform, keys, fetch, liveEvents: false };
    return { tab, session: createSessionManager({ ...common, ...options }) };
  }

  const world: World = {
    ...tabs,
    get tabs() {
      return tabs.tabs;
    },
    seen: [],
    jar: new Map(),
    fail: (path, how) => void failures.set(path, how),
    offline: false,
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
