// One race: what is done in a round, and how a round can go wrong.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How a round failed; null when it did not. */
export type Failure = 'signed out' | 'several successors' | 'alive after sign-out' | null;

/** A race as one system runs it. `round` counts from 0. */
export type Race = (round: number) => Promise<Failure>;

/** The races, by their names in the table. */
export const raceNames = {
  few: 'one refresh token, 8 times at once',
  many: 'one refresh token, 100 times at once',
  lost: 'an answer lost, the refresh sent again',
  slow: 'sign-out during a slow request that writes',
  everywhere: '10 sign-ins at once, then sign-out everywhere',
  writing: 'sign-out while a refresh is written',
} as const;

export type RaceName = keyof typeof raceNames;

/** A system that is raced. */
export interface Racer {
  name: string;
  isOurs: boolean;
  races: Partial<Record<RaceName, Race>>;
}

/** What a client of rotating tokens got for a refresh: tokens, a refusal for good, or that it may send it again later. */
export type Refreshed = { refreshToken: string } | 'refused' | 'later';

/** Looks at what many refreshes with one token came to: none may be refused, and one successor must be usable. */
export async function judge(
  answers: readonly Refreshed[],
  refresh: (refreshToken: string) => Promise<Refreshed>,
): Promise<Failure> {
  const successors = new Set(answers.flatMap((answer) => (typeof answer === 'string' ? [] : answer.refreshToken)));
  let usable = 0;
  for (const successor of successors) if (isGranted(await refresh(successor))) usable++;
  if (usable > 1) return 'several successors';
  return usable === 0 || answers.includes('refused') ? 'signed out' : null;
}

export function isGranted(answer: Refreshed): boolean {
  return typeof answer !== 'string';
}

const places = 16;
const stepMs = 0.2;

/** A short while, another one in every round, so that steps meet at different places: 0 to 3 ms. */
export async function stagger(round: number): Promise<void> {
  const until = performance.now() + (round % places) * stepMs;
  while (performance.now() < until) await nextTurn();
}

/** Does something several times at once. */
export function atOnce<Answer>(count: number, work: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}
