import { expect, test } from 'vitest';
import { shellCommands } from './shell-commands.ts';

test('reads the commands of shell blocks, without what is set before them, comments and other blocks', () => {
  const page = `Run \`npm test\`.

\`\`\`sh
KEY=secret npx sojourn serve   # until Ctrl+C
curl -H "Accept: text/plain" \\
  -d '{"a":"b c"}' http://localhost

\`\`\`

\`\`\`ts
no();
\`\`\`
`;
  expect(shellCommands(page)).toEqual([
    { words: ['npx', 'sojourn', 'serve'], line: 3 },
    { words: ['curl', '-H', 'Accept: text/plain', '-d', '{"a":"b c"}', 'http://localhost'], line: 3 },
  ]);
});
