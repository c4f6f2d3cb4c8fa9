import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { createCheck } from './check-answer.ts';
import { describedOperations, resolveIn, type Described } from './described-operations.ts';
import { plansFor } from './planned-request.ts';
import { everything, playPlans, readDocument, type Seen } from './play-plans.ts';

/** Another one every time; `SOJOURN_FUZZ_SEED` repeats a run. */
const seed = Number(process.env['SOJOURN_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const longest = 80;

const servers: Array<[name: string, requests: number, options: Partial<SessionServerOptions>]> = [
  ['with everything', 16_000, everything],
  ['in cookie mode', 4000, { ...everything, adminKeys: [], cookie: true }],
];

/** Where everything has ended, nothing else can be tried. */
function weightOf({ id }: Described): number {
  if (/revoke|setEnd/i.test(id)) return 2;
  return id === 'refresh' || id === 'signIn' || id === 'adminSessionsCreate' ? 8 : 4;
}

const untouched = Object.getOwnPropertyNames(Object.prototype);

describe.each(servers)('a server %s', { timeout: 600_000 }, (_name, requests, options) => {
  it(`answers ${requests} requests made from its document as the document says (seed ${seed})`, async () => {
    const document = await readDocument(options);
    const operations = describedOperations(document);
    const check = createCheck(document);
    const plan = fc.oneof(
      ...operations.map((operation) => ({
        weight: weightOf(operation),
        arbitrary: plansFor(operation, resolveIn(document)),
      })),
    );
    const seen: Seen = { requests: 0, answers: new Map() };

    const property = fc.asyncProperty(fc.array(plan, { maxLength: longest, size: 'max' }), async (plans) => {
      expect(await playPlans(plans, { options, check, seen })).toEqual([]);
    });

    for (let part = 0; seen.requests < requests; part++)
      await fc.assert(property, { seed: seed + part, numRuns: 25, interruptAfterTimeLimit: 120_000 });

    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(untouched);
    // Requests that are all refused at the door would prove little.
    const reached = operations.filter(({ id }) =>
      [200, 201, 204].some((status) => seen.answers.has(`${id} ${status}`)),
    );
    expect(reached.length).toBeGreaterThan(operations.length * 0.9);
  });
});
