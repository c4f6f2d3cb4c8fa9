// Set-up file of every suite: a console call that no test asked for fails the test (or the file) it happened in.
import { afterAll, afterEach } from 'vitest';
import { startListening, takeUnexpected } from './expect-console.ts';

startListening();

afterEach(() => {
  const problems = takeUnexpected();
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

// What was printed outside of any test: at import, in beforeAll, or after the last test.
afterAll(() => {
  const problems = takeUnexpected();
  if (problems.length > 0) throw new Error(problems.join('\n'));
});
