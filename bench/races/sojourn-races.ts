// The races as our servers run them: one process, or two that share a store and take the requests in turn.
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Program } from '../peers/measured-program.ts';
import {
  authorized,
  newAttemptKey,
  personIn,
  refreshAsk,
  signInAsk,
  signOutAsk,
  type Person,
} from '../peers/sojourn-client.ts';
import type { Ask } from '../server/load.ts';
import type { Answer } from '../peers/http-load.ts';
import { atOnce, isGranted, judge, stagger, type Race, type RaceName, type Refreshed } from './race.ts';

/** How long a request takes its time in the middle of its body. */
const slowMs = 30;

/** All of them. */
export function sojournRaces(programs: readonly Program[]): Record<RaceName, Race> {
  let people = 0;
  let turn = 0;
  const next = (): Program => programs[turn++ % programs.length] as Program;
  const ask = (each: Ask): Promise<Answer> => next().load.ask(each);
  const signIn = async (name: string): Promise<Person> => personIn((await next().load.send(signInAsk(name))).text);
  const join = (): Promise<Person> => signIn(`racer${people++}`);

  const refresh = async (token: string, attemptKey: string = newAttemptKey()): Promise<Refreshed> => {
    const { status, text } = await ask(refreshAsk(token, attemptKey));
    // The only definite refusal is 400; anything else asks to wait.
    if (status !== 200) return status === 400 ? 'refused' : 'later';
    return { refreshToken: personIn(text).refreshToken };
  };
  const isAlive = async (person: Person): Promise<boolean> =>
    (await ask(authorized(person, 'GET', '/session'))).status === 200 || isGranted(await refresh(person.refreshToken));
  const anyAlive = async (persons: readonly Person[]): Promise<'alive after sign-out' | null> => {
    for (const person of persons) if (await isAlive(person)) return 'alive after sign-out';
    return null;
  };

  /** The tabs of one browser share the attempt key of a refresh. */
  const manyAtOnce =
    (count: number): Race =>
    async () => {
      const { refreshToken } = await join();
      const attemptKey = newAttemptKey();
      return judge(await atOnce(count, () => refresh(refreshToken, attemptKey)), refresh);
    };

  return {
    few: manyAtOnce(8),
    many: manyAtOnce(100),
    lost: async () => {
      const { refreshToken } = await join();
      const attemptKey = newAttemptKey();
      await refresh(refreshToken, attemptKey);
      return judge([await refresh(refreshToken, attemptKey)], refresh);
    },
    slow: async () => {
      const person = await join();
      const writing = writeSlowly(next(), authorized(person, 'PUT', '/session/data/note', '{"text":"slow"}'));
      await wait(slowMs / 2);
      await ask(signOutAsk(person.revocationToken));
      await writing;
      return anyAlive([person]);
    },
    everywhere: async () => {
      const name = `racer${people++}`;
      const persons = await atOnce(10, () => signIn(name));
      await next().load.send(authorized(persons[0] as Person, 'DELETE', '/sessions?scope=all'));
      return anyAlive(persons);
    },
    writing: async (round) => {
      const person = await join();
      const refreshing = ask(refreshAsk(person.refreshToken, newAttemptKey()));
      await stagger(round);
      await ask(signOutAsk(person.revocationToken));
      const { status, text } = await refreshing;
      return anyAlive(status === 200 ? [personIn(text), person] : [person]);
    },
  };
}

/** Sends half of the body, and the rest when the time is over. The server knows by then who asks, and waits for the rest. */
function writeSlowly({ url }: Program, { method, path, headers, body = '' }: Ask): Promise<void> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const length = { 'content-length': body.length };
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, ...length } },
      (answer) => {
        answer.resume().on('end', resolve);
      },
    );
    outgoing.on('error', reject);
    outgoing.write(body.slice(0, body.length / 2));
    setTimeout(() => outgoing.end(body.slice(body.length / 2)), slowMs);
  });
}
