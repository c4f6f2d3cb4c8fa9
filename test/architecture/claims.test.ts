import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/public-names.ts';
import { claimProblems, claimsOf } from './claims.ts';
import { readTestTitles } from './test-titles.ts';

const threatModel = 'docs/threat-model.md';
const textOf = (page: string): string => readFileSync(path.join(root, page), 'utf8');
const tests = readTestTitles(['test']);

/** How many requirements each section of OWASP ASVS 5.0 has. */
const sections: Readonly<Record<string, number>> = {
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2, '9.1': 3, '9.2': 4 },
  ...{ '10.1': 2, '10.2': 3, '10.3': 5, '10.4': 16, '10.5': 5, '10.6': 2, '10.7': 3 },
};

describe('what is said of security', () => {
  test.each([threatModel, 'SECURITY.md'])(
    'in %s names tests that are there, and claims nothing without one',
    (page) => {
      expect(claimProblems(page, textOf(page), tests)).toEqual([]);
    },
  );

  test('speaks of every requirement of the chapters on sessions, tokens and OAuth', () => {
    const numbers = Object.entries(sections).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
    );
    const spoken = new Set(claimsOf(textOf(threatModel)).map(({ cells }) => cells['Number'] ?? ''));
    expect(numbers.filter((number) => !spoken.has(number))).toEqual([]);
    expect([...spoken].filter((number) => number.includes('.') && !numbers.includes(number))).toEqual([]);
  });

  test('speaks of the twelve checks of a proof', () => {
    const checks = claimsOf(textOf(threatModel)).filter(({ cells }) => cells['The check'] !== undefined);
    expect(checks.map(({ cells }) => cells['Number'])).toEqual(Array.from({ length: 12 }, (_, at) => `${at + 1}`));
  });

  test('names every test of test/security', () => {
    const text = textOf(threatModel);
    const files = new Set(tests.map(({ file }) => file).filter((file) => file.startsWith('test/security/')));
    expect(files.size).toBeGreaterThan(5);
    expect([...files].filter((file) => !text.includes(`../${file} `))).toEqual([]);
  });
});

describe('a page of claims', () => {
  const known = [{ file: 'test/a.test.ts', title: 'holds "it"' }];
  const problems = (...rows: string[]): string[] =>
    claimProblems('docs/page.md', ['| What | State | Test |', '| -- | -- | -- |', ...rows, ''].join('\n'), known);

  test('is right when each row says how it is held', () => {
    const held = `[a](../test/a.test.ts 'holds "it"')`;
    expect(problems(`| a | met | ${held} |`, '| b | not met | |', `| c | app | ${held} |`, '| d | n/a | |')).toEqual(
      [],
    );
    expect(claimProblems('p.md', '| What | Test |\n| -- | -- |\n| a | not tested |\n', known)).toEqual([]);
    expect(claimProblems('p.md', '| What | Why |\n| -- | -- |\n| a | because |\n', known)).toEqual([]);
  });

  test.each([
    ['no test "holds nothing"', '| a | met | [a](../test/a.test.ts "holds nothing") |'],
    ['test/b.test.ts has no test', '| a | met | [a](../test/b.test.ts "holds it") |'],
    ['name the test in the title', '| a | met | [a](../test/a.test.ts) |'],
    ['no test is named', '| a | met | |'],
    ['no test is named', '| a | met | not tested |'],
    ["'mostly' is no state", '| a | mostly | |'],
    ['holds links, or nothing', '| a | app | trust us |'],
  ])('is wrong: %s', (problem, row) => {
    expect(problems(row).join('\n')).toContain(problem);
  });

  test('may have no claim without a word on its test', () => {
    const text = '| What | Test |\n| -- | -- |\n| a | |\n| b \\| c | surely |\n';
    expect(claimProblems('p.md', text, known)).toEqual([
      "p.md:3 name a test, or write 'not tested'",
      "p.md:4 name a test, or write 'not tested'",
    ]);
  });
});
