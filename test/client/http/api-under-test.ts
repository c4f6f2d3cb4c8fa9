import type { Keys } from '../../../src/client/core/ports.ts';
import { createFetch, type FetchOptions } from '../../../src/client/http/fetch.ts';
import { fakePlatform, seededRandom } from '../../../src/testing/fake-platform.ts';
import { fakeAuthorizer, type FakeAuthorizer } from './fake-authorizer.ts';

export const api = 'https://api.example.com';
export const keys: Keys = fakePlatform({ random: seededRandom(7) }).keys;

/** A request as it left. */
export interface Sent {
  url: string;
  token: string | null;
  headers: Headers;
  body: Uint8Array;
}
export type Answer = (sent: Sent) => Response | Promise<Response>;

export interface World {
  authorizer: FakeAuthorizer;
  sent: Sent[];
  fetch: ReturnType<typeof createFetch>['fetch'];
  authorize: ReturnType<typeof createFetch>['authorize'];
}

/** A `fetch` whose network is `answer`; what went out is in `sent`. */
export function world(answer: Answer, options: Partial<FetchOptions> & { authorizer?: FakeAuthorizer } = {}): World {
  const sent: Sent[] = [];
  const authorizer = options.authorizer ?? fakeAuthorizer();
  const network: typeof fetch = async (...args) => {
    const request = new Request(...args);
    // The signal itself: Node forgets whom a Request's own one follows when it collects garbage.
    const signal = args[1]?.signal ?? request.signal;
    if (signal.aborted) throw signal.reason;
    const one = {
      url: request.url,
      token: request.headers.get('authorization'),
      headers: request.headers,
      body: new Uint8Array(await request.arrayBuffer()),
    };
    sent.push(one);
    const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return Promise.race([answer(one), aborted]);
  };
  const clock = { now: () => 0 };
  const made = createFetch({
    keys,
    clock,
    origins: [api],
    baseUrl: `${api}/v1`,
    fetch: network,
    ...options,
    authorizer,
  });
  return { authorizer, sent, ...made };
}

export const ok: Answer = () => new Response('ok');
/** Takes the second token only. */
export const expired: Answer = ({ token }) => new Response(null, { status: token === 'Bearer token-1' ? 401 : 200 });
export const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json({ code, title: code }, { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });
export const never = (): Promise<never> => new Promise(() => {});
export const tokens = ({ sent }: World): Array<string | null> => sent.map(({ token }) => token);
