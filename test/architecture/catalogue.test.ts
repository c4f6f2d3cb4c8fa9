import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/public-names.ts';
import { catalogue } from '../scenarios/catalogue.ts';
import { capabilities } from '../compat/capabilities.ts';
import { checklistPage, checklistProblems, type Checklist } from './checklist.ts';
import { parseSource } from './source-files.ts';
import { readTestTitles, testTitles } from './test-titles.ts';

const tests = readTestTitles(catalogue.folders);
const shown = readTestTitles(capabilities.folders);

test('every known failure has a test or a reason to wait, and every test that names one names one that is there', () => {
  expect(catalogue.groups.flatMap(({ rows }) => rows)).toHaveLength(120);
  expect(checklistProblems(catalogue, tests)).toEqual([]);
});

test('the page of known failures is as the tests are; `npm run catalogue` writes it', () => {
  expect(readFileSync(path.join(root, catalogue.page), 'utf8')).toBe(checklistPage(catalogue, tests));
});

test('every capability has a test, and every test that names one names one that is there', () => {
  expect(capabilities.groups.flatMap(({ rows }) => rows).map(({ id }) => id)).toEqual(
    Array.from({ length: 112 }, (_, i) => `S${i + 1}`),
  );
  expect(checklistProblems(capabilities, shown)).toEqual([]);
});

test('the page of capabilities is as the tests are; `npm run catalogue` writes it', () => {
  expect(readFileSync(path.join(root, capabilities.page), 'utf8')).toBe(checklistPage(capabilities, shown));
});

test('a list may be named anywhere in a title, and several times', () => {
  const free: Checklist = { ...list, anywhere: true };
  expect(checklistProblems(free, titled('does this and that (A1)'))).toEqual([]);
  expect(checklistProblems(free, titled('A1: does this', 'and that (A1, B7)'))).toEqual([
    'test/browser/a.test.ts: "and that (A1, B7)" names B7, which is no row.',
  ]);
  expect(checklistPage(free, titled('A1: x', 'y (A1)'))).toContain('[x](../browser/a.test.ts)<br>[y (A1)]');
});

test('finds tests however they are declared, and no others', () => {
  const text = `
    test('A1: plain', run);
    describe('A2: a group', () => {
      it("A3: inside", async () => {});
      test.each([[1]])('A4: of a table %s', run);
      it.each\`a\`('A5: of a template', run);
    });
    test.concurrent.for([1])(\`A6: \${much} more\`, run);
    test.skip('A7: skipped', run);
    test.todo('A8: to be done');
    it.skipIf(true)('A9: skipped at times', run);
    expect('A10: said');
    // test('A11: in a comment', run);
    test(name, run);
  `;
  expect(testTitles(parseSource('test/a.test.ts', text)).map(({ title }) => title)).toEqual([
    'A1: plain',
    'A3: inside',
    'A4: of a table %s',
    'A5: of a template',
    'A6: … more',
  ]);
});

const list: Checklist = {
  page: 'test/scenarios/README.md',
  heading: 'Rows',
  introduction: 'Some.',
  columns: ['id', 'row', 'tests'],
  id: /[A-B]\d+/,
  folders: [],
  groups: [
    {
      title: 'A',
      rows: [
        { id: 'A1', about: 'one' },
        { id: 'A2', about: 'two', waits: 'for one' },
      ],
    },
  ],
};
const titled = (...titles: string[]): { file: string; title: string }[] =>
  titles.map((title) => ({ file: 'test/browser/a.test.ts', title }));

test('writes one line a row: its tests, or why it waits', () => {
  expect(checklistPage(list, titled('A1: holds [one] | all', 'A1: and again')).split('\n')).toEqual([
    '# Rows',
    '',
    'Some.',
    '',
    '## A',
    '',
    '| id | row | tests |',
    '| -- | -- | -- |',
    '| A1 | one | [holds \\[one\\] \\| all](../browser/a.test.ts)<br>[and again](../browser/a.test.ts) |',
    '| A2 | two | _waits:_ for one |',
    '',
  ]);
});

test.each([
  [[], 'A1: no test holds it, and no reason says why.'],
  [['A1: a', 'A2: b'], 'A2: it is said to wait, and has a test.'],
  [['A1: a', 'B7: b'], 'test/browser/a.test.ts: "B7: b" names B7, which is no row.'],
  [['A1: a', 'A1 A2: b'], 'test/browser/a.test.ts: "A1 A2: b" must begin with one id and a colon.'],
  [['A1: a', '5 A1: b'], 'test/browser/a.test.ts: "5 A1: b" must begin with one id and a colon.'],
  [['A1: a', 'A1, A2: b'], 'test/browser/a.test.ts: "A1, A2: b" must begin with one id and a colon.'],
])('refuses tests %j: %s', (titles, problem) => {
  expect(checklistProblems(list, titled(...titles))).toEqual([problem]);
});

test.each([['A1: a'], ['9: the server is killed'], ['K: not one of ours'], ['says: nothing'], ['B2 without a colon']])(
  'takes a test "%s"',
  (title) => {
    expect(checklistProblems(list, titled('A1: a', title))).toEqual([]);
  },
);
