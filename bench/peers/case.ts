// A kind of request, in the shape in which it is measured.
import { connections } from './http-load.ts';

/** One kind of request. */
export interface Case {
  /** Brings what `count` requests need; answers how to make one. What happens in here is not counted. */
  prepare(count: number): Promise<(lane: number, index: number) => Promise<unknown>>;
  /** What part of the usual number of requests a round has. Default: all. */
  part?: number;
}

/** The same people in every round, one for each connection. */
export function repeated<Person>(join: () => Promise<Person>, step: (person: Person) => Promise<unknown>): Case {
  let people: Promise<Person[]> | undefined;
  return {
    async prepare() {
      const found = await (people ??= Promise.all(Array.from({ length: connections }, join)));
      return (lane) => step(found[lane % found.length] as Person);
    },
  };
}

/** Somebody else in every request. They all have to come in first, so a round has fewer. */
export function once<Person>(join: () => Person | Promise<Person>, step: (person: Person) => Promise<unknown>): Case {
  return {
    part: 0.3,
    async prepare(count) {
      const people: Person[] = [];
      while (people.length < count)
        people.push(...(await Promise.all(Array.from({ length: Math.min(connections, count - people.length) }, join))));
      return (_lane, index) => step(people[index] as Person);
    },
  };
}

export const json = { 'content-type': 'application/json' } as const;
export const form = { 'content-type': 'application/x-www-form-urlencoded' } as const;
