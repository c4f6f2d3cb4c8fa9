import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpus } from './corpus.ts';
import { clientTwins } from './planted/client-twins.ts';
import { serverTwins } from './planted/server-twins.ts';
import { edited } from './planted/twin.ts';
import { simulate } from './simulate.ts';
import { anyHistory } from './histories/any-history.ts';
import { tellHistory } from './words.ts';
import { readFileSync } from 'node:fs';

describe('a history that once broke a promise', () => {
  it.each(corpus)('$title', async ({ history }) => {
    const { violation, log } = await simulate(history);
    expect(violation?.message, `${tellHistory(history)}\n${log.join('\n')}`).toBeUndefined();
  });
});

describe('the simulation', () => {
  it('goes the same way whenever it is asked for the same history', async () => {
    for (const history of fc.sample(anyHistory, { seed: 3, numRuns: 20 })) {
      const [first, second] = [await simulate(history), await simulate(history)];
      expect(second.log).toEqual(first.log);
    }
  });

  it.each([...clientTwins, ...serverTwins])('has lines to break for the twin "$name"', ({ edits }) => {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const mine = edits.filter((edit) => edit.file === file);
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      expect(edited(text, mine)).not.toBe(text);
    }
  });
});
