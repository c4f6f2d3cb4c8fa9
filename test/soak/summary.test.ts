import { expect, test } from 'vitest';
import type { Evidence } from './evidence.ts';
import { goodEvidence, shows } from './planted-evidence.ts';
import type { SoakResult } from './run-soak.ts';
import { showEvidence, summarize } from './summary.ts';
import { judge } from './verdict.ts';

function resultOf(evidence: Evidence): SoakResult {
  return {
    options: { ms: 60_000, seed: 7, tabs: 2, onProgress: () => {} },
    evidence,
    findings: judge(evidence),
    counts: { crashed: 3 },
    faults: { lost_answer: 2, html: 5 },
    timeLine: [
      { at: 10_500, text: 'crash tab 2' },
      { at: 9000, text: 'freeze tab 1' },
      { at: 50_000, text: 'calm' },
    ],
  };
}

test('a run that kept its promises says what happened, and that', () => {
  const text = summarize(resultOf(goodEvidence()));
  expect(text).toContain('2 tabs, 1.0 minutes, tokens of 5 seconds, seed 7.');
  expect(text).toContain('crashed 3');
  expect(text).toContain('7 requests spoilt (html 5, lost answer 2)');
  expect(text).toContain('2 rotations, 3 requests for them, never more than 3 within 10 seconds');
  expect(text).toMatch(/Every promise was kept\.$/);
  expect(text).not.toContain('BROKEN');
});

test('a run that did not shows which, and what happened around it, in order', () => {
  const evidence = goodEvidence();
  evidence.states.push(shows('1', 10_000, null, 'reuse_detected'), shows('1', 11_000, 's1'));
  const { findings, timeLine, ...rest } = resultOf(evidence);
  expect(summarize({ findings, timeLine, ...rest })).toMatch(/A PROMISE WAS BROKEN\.$/);
  expect(showEvidence(findings, timeLine, 0)).toMatch(
    /BROKEN: nobody is signed out[^]* 10\.000 s {2}tab 1 showed user_ada[^]* 9\.000 s {2}freeze tab 1\n +10\.500 s {2}crash tab 2$/,
  );
});
