import { describe, expect, test } from 'vitest';
import { linkProblems } from './link-problems.ts';
import { namedScripts } from './markdown.ts';
import { pages, readPage, textAt } from './pages.ts';

describe.each(pages)('%s', (page) => {
  test('links to what is there, and to a test by the name of the test', () => {
    expect(linkProblems(page, textAt)).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    expect(namedScripts(readPage(page)).filter((name) => !(name in scripts))).toEqual([]);
  });
});
