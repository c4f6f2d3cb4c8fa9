import { expect, test } from 'vitest';
import { seededRandom } from '../browser/seeded-random.ts';
import { planRound, type Step } from './schedule.ts';

const seeds = Array.from({ length: 200 }, (_, seed) => seed);

function plan(seed: number): Step[] {
  return planRound({ random: seededRandom(seed).random, tabs: 8, ms: 25_000 });
}

test('the same seed plans the same, another one something else', () => {
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
});

test('nothing is asked of a tab that is frozen or elsewhere but to be there again', () => {
  for (const seed of seeds) {
    const away = new Map<number, string>();
    for (const step of plan(seed)) {
      if (step.do === 'thaw' || step.do === 'back') {
        expect(away.get(step.tab)).toBe(step.do === 'thaw' ? 'freeze' : 'leave');
        away.delete(step.tab);
      } else if (step.do === 'freeze' || step.do === 'leave') {
        expect(away.has(step.tab)).toBe(false);
        away.set(step.tab, step.do);
      } else if ('tab' in step && ['show', 'crash', 'reload'].includes(step.do)) expect(away.has(step.tab)).toBe(false);
    }
    expect(away.size).toBe(0);
  }
});

test('no page is loaded without a network, and everything that stops begins again', () => {
  for (const seed of seeds) {
    let offline = false;
    let down = false;
    for (const step of plan(seed)) {
      if (step.do === 'offline' || step.do === 'online') {
        expect(offline).toBe(step.do === 'online');
        offline = step.do === 'offline';
      }
      if (step.do === 'kill_server' || step.do === 'start_server') {
        expect(down).toBe(step.do === 'start_server');
        down = step.do === 'kill_server';
      }
      if (['crash', 'reload', 'leave', 'back'].includes(step.do)) expect(offline).toBe(false);
    }
    expect([offline, down]).toEqual([false, false]);
  }
});

test('a few rounds bring everything that can happen', () => {
  const kinds = new Set(seeds.slice(0, 40).flatMap((seed) => plan(seed).map((step) => step.do)));
  expect([...kinds].sort()).toEqual(
    [
      ...['back', 'clear_storage', 'crash', 'fault', 'freeze', 'kill_server', 'leave', 'offline', 'online', 'refresh'],
      ...['reload', 'request', 'show', 'sign_in', 'sign_out', 'sign_out_everywhere', 'sleep', 'start_server', 'thaw'],
    ].sort(),
  );
});
