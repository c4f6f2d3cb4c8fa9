import { expect, test } from 'vitest';
import { linkProblems } from './link-problems.ts';

const files: Record<string, string> = {
  LICENSE: 'MIT',
  'other.md': '# A heading',
  'test/a.test.ts': `test('holds it', run);\n// test('is only said', run);\ntest("holds the page's promise", run);`,
};

function problems(page: string): string[] {
  return linkProblems('page.md', (file) => (file === 'page.md' ? page : (files[file] ?? null)));
}

test('takes links to files, headings, tests and the web', () => {
  const page = `# Top
[file](LICENSE) [here](#top) [there](other.md#a-heading) [web](https://example.org/none)
[one](test/a.test.ts 'holds it') [two](test/a.test.ts "holds it") [three](test/a.test.ts 'holds the page\\'s promise')`;
  expect(problems(page)).toEqual([]);
});

test('reads links of a page in a folder from there', () => {
  const read = (file: string): string | null => (file === 'docs/page.md' ? page : (files[file] ?? null));
  const page = "[up](../other.md#a-heading) [here](page.md) [held](../test/a.test.ts 'holds it') [gone](other.md)";
  expect(linkProblems('docs/page.md', read)).toEqual(['docs/page.md:1 other.md: no such file']);
});

test.each([
  ['[a](missing.md)', 'missing.md: no such file'],
  ['[a](#missing)', '#missing: no such heading'],
  ['[a](other.md#missing)', 'other.md#missing: no such heading'],
  ['[a](test/a.test.ts)', 'test/a.test.ts: name the test in the title, [text](file "name of the test")'],
  ["[a](test/gone.test.ts 'holds it')", 'test/gone.test.ts: no such file'],
  ["[a](test/a.test.ts 'holds')", 'test/a.test.ts: the file has no test "holds"'],
  ['[a](test/a.test.ts "is only said")', 'test/a.test.ts: the file has no test "is only said"'],
])('refuses %s', (link, problem) => {
  expect(problems(`\n${link}`)).toEqual([`page.md:2 ${problem}`]);
});
