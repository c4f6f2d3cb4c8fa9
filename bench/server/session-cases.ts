// What is asked of the session server, each with what has to be there before the clock starts.
import { webKeys } from '../../src/client/platform/keys.ts';
import { inLanes, lanes, type Ask, type Load } from './load.ts';
import { signIn, signInAsk, type Person } from './person.ts';

/** One kind of request. */
export interface Case {
  /** Brings what `count` requests need; answers how to make one. What happens in here is not counted. */
  prepare(count: number): Promise<(lane: number, index: number) => Promise<unknown>>;
}

/** A server that is up. */
export interface Target {
  url: string;
  load: Load;
}

/**
 * The kinds of requests to a session server. "Bound" is what browsers do: every request carries a DPoP proof, which costs the
 * server one more ES256 check. With `elsewhere`, reads go there instead: to an API that takes the same tokens.
 */
export function sessionCases({ url, load }: Target, elsewhere: Target = { url, load }): Record<string, Case> {
  let people = 0;
  const nextName = (): string => `user${people++}`;

  const several = (bound: boolean): Promise<Person[]> =>
    Promise.all(Array.from({ length: lanes }, () => signIn(load, url, nextName(), bound)));
  /** The same people in every round. */
  const same = (bound: boolean): (() => Promise<Person[]>) => {
    let found: Promise<Person[]> | undefined;
    return () => (found ??= several(bound));
  };
  const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

  const readers = same(false);
  const refreshers = same(false);
  const boundRefreshers = same(true);
  const sessionPeople = same(true);

  const refreshing = (found: () => Promise<Person[]>): Case => ({
    async prepare() {
      const persons = await found();
      return async (lane) => {
        const person = at(persons, lane);
        person.take(await load.send(await person.refresh()));
      };
    },
  });
  const asking = (prepared: (count: number) => Promise<Ask[]>, to: Load = load): Case => ({
    async prepare(count) {
      const asks = await prepared(count);
      return (_lane, index) => to.send(at(asks, index));
    },
  });

  return {
    'sign-in': asking((count) => Promise.all(Array.from({ length: count }, () => signInAsk(url, nextName(), null)))),
    'read my session': asking(
      async () => Promise.all((await readers()).map((person) => person.read(elsewhere.url))),
      elsewhere.load,
    ),
    'read my session, new token': asking(async (count) => {
      const asks: Ask[] = [];
      await inLanes(count, async () =>
        asks.push(await (await signIn(load, url, nextName(), false)).read(elsewhere.url)),
      );
      return asks;
    }, elsewhere.load),
    refresh: refreshing(refreshers),
    'sign-in, bound': asking(async (count) => {
      const key = await webKeys().create();
      return Promise.all(Array.from({ length: count }, () => signInAsk(url, nextName(), key)));
    }),
    'read my session, bound': asking(async (count) => {
      const persons = await sessionPeople();
      return Promise.all(Array.from({ length: count }, (_, index) => at(persons, index).read(elsewhere.url)));
    }, elsewhere.load),
    'refresh, bound': refreshing(boundRefreshers),
  };
}
