import { expect, test } from 'vitest';
import { anchors, codeBlocks, links, namedScripts, promisedOutput, statedSizes } from './markdown.ts';

const page = `# A page: what & why

See [the test](test/a.test.ts "holds it") and [below](#how-it-works).

<!-- given
const a = 1;
-->
\`\`\`ts run
console.log(a); // prints: 1
\`\`\`

## How it works

\`\`\`ts settings.ts
export const b = 2;
\`\`\`

\`\`\`sh
npm ci && npm test
\`\`\`

\`npm run size\`: <!-- size: sojourn -->13.5 kB. [gone](missing.md)
`;

test('finds code with what is given, whether it runs, and which file it is', () => {
  expect(codeBlocks(page)).toEqual([
    { language: 'ts', runs: true, file: null, code: 'const a = 1;\nconsole.log(a); // prints: 1\n', line: 8 },
    { language: 'ts', runs: false, file: 'settings.ts', code: 'export const b = 2;\n', line: 14 },
    { language: 'sh', runs: false, file: null, code: 'npm ci && npm test\n', line: 18 },
  ]);
});

test('finds what a program promises to print', () => {
  expect(promisedOutput('a(); // prints: x y\nb();\nc(); // prints: z')).toEqual(['x y', 'z']);
});

test.each([
  ['[a](b.md "double")', 'double'],
  ["[a](b.md 'single')", 'single'],
  ['[a](b.md "it\'s said")', "it's said"],
  ["[a](b.md 'with (parentheses)')", 'with (parentheses)'],
  ["[a](b.md 'an \\'escape\\'')", "an 'escape'"],
  ['[a](b.md\n  "on a line of its own")', 'on a line of its own'],
])('reads the title of %s', (text, title) => {
  expect(links(text)).toEqual([{ target: 'b.md', title, line: 1 }]);
});

test.each(['[a](b.md title)', '[a](b.md "never closed)', '[a]()'])('refuses a link that it cannot read: %s', (text) => {
  expect(() => links(`One.\n${text}`)).toThrow('Line 2 has a link that cannot be read.');
});

test('finds links, anchors, sizes and scripts', () => {
  expect(links(page).map(({ target, title }) => [target, title])).toEqual([
    ['test/a.test.ts', 'holds it'],
    ['#how-it-works', null],
    ['missing.md', null],
  ]);
  expect(anchors(page)).toEqual(['a-page-what--why', 'how-it-works']);
  expect(statedSizes(page)).toEqual([{ name: 'sojourn', kilobytes: 13.5 }]);
  expect(namedScripts(page)).toEqual(['test', 'size']);
});
