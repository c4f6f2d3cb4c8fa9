import { expect, test } from 'vitest';
import { tables, tablesUnder } from './markdown-tables.ts';

const page = `# Page

| a | b |
| - | - |
| \`x\` | see \`y\` |

## Part

\`\`\`
# no heading
| no | table |
\`\`\`

| c |
| - |
| 1 |
| 2 |

### Below

| d |
| - |

## Other

| e |
| - |
`;

test('reads tables, and takes the backticks off a cell that is all code', () => {
  expect(tables(page)[0]).toEqual({ heading: ['a', 'b'], rows: [['x', 'see `y`']] });
  expect(tables(page).map(({ heading }) => heading[0])).toEqual(['a', 'c', 'd', 'e']);
});

test('finds the tables under a heading, and under those below it', () => {
  expect(tablesUnder(page, '## Part').map(({ heading, rows }) => [heading[0], rows.length])).toEqual([
    ['c', 2],
    ['d', 0],
  ]);
  expect(() => tablesUnder(page, '## None')).toThrow("The page has no heading '## None'.");
});
