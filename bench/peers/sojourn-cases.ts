// What is asked of a session server of ours.
import { once, repeated, type Case } from './case.ts';
import type { HttpLoad } from './http-load.ts';
import {
  authorized,
  newAttemptKey,
  personIn,
  refreshAsk,
  signInAsk,
  signOutAsk,
  type Person,
} from './sojourn-client.ts';

/** The kinds of requests, by their names in the table. */
export function sojournCases(load: HttpLoad): Record<string, Case> {
  let people = 0;
  const nextName = (): string => `user${people++}`;
  const signIn = async (name: string): Promise<Person> => personIn((await load.send(signInAsk(name))).text);
  const join = (): Promise<Person> => signIn(nextName());
  const joinTen = async (): Promise<Person> => {
    const name = nextName();
    for (let i = 0; i < 9; i++) await signIn(name);
    return signIn(name);
  };
  const asking = (method: string, path: string, body?: string): ((person: Person) => Promise<unknown>) => {
    return (person) => load.send(authorized(person, method, path, body));
  };
  return {
    'read my session': repeated(join, asking('GET', '/session')),
    refresh: repeated(join, async (person) => {
      const { text } = await load.send(refreshAsk(person.refreshToken, newAttemptKey()));
      Object.assign(person, personIn(text));
    }),
    'sign-in': once(nextName, (name) => load.send(signInAsk(name))),
    'sign-out': once(join, ({ revocationToken }) => load.send(signOutAsk(revocationToken))),
    'list 10 sessions': repeated(joinTen, asking('GET', '/sessions')),
    touch: repeated(join, asking('POST', '/session/touch')),
    'write data': repeated(join, asking('PUT', '/session/data/cart', '{"items":["pen","ink"],"total":12}')),
    'read data': repeated(
      async () => {
        const person = await join();
        await asking('PUT', '/session/data/cart', '{"items":["pen","ink"],"total":12}')(person);
        return person;
      },
      asking('GET', '/session/data/cart'),
    ),
  };
}

/** What is asked of an API that takes tokens of `sessions`: the same token again, so its signature is checked once. */
export function apiCases(load: HttpLoad, sessions: HttpLoad): Record<string, Case> {
  let people = 0;
  const join = async (): Promise<Person> => personIn((await sessions.send(signInAsk(`api${people++}`))).text);
  return {
    'verifyAccessToken, token seen before': repeated(join, (person) =>
      load.send(authorized(person, 'GET', '/session')),
    ),
  };
}
