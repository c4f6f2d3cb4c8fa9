import { inspect } from './inspect-argument.ts';

const levels = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
type Level = (typeof levels)[number];

interface Call {
  level: Level;
  text: string;
}
interface Expectation {
  level: Level;
  pattern: RegExp | string;
  seen: number;
}

const calls: Call[] = [];
const expectations: Expectation[] = [];

/**
 * Allows console calls of one level whose text matches, for the running test only. The test fails if none came,
 * so that an expectation does not outlive its reason.
 *
 * @public
 */
export function expectConsole(level: Level, pattern: RegExp | string): void {
  expectations.push({ level, pattern, seen: 0 });
}

/** Puts listeners in the place of the console's methods. The original is not called: an expected call makes no noise. */
export function startListening(): void {
  for (const level of levels) {
    console[level] = (...parts: unknown[]): void => {
      calls.push({ level, text: parts.map(inspect).join(' ') });
    };
  }
}

/** What was printed and not expected, and what was expected and not printed, since the last time. */
export function takeUnexpected(): string[] {
  const expected = expectations.splice(0);
  const problems = calls.splice(0).flatMap(({ level, text }) => {
    const match = expected.find((one) => one.level === level && matches(text, one.pattern));
    if (match) match.seen += 1;
    return match ? [] : [`Unexpected console.${level}: ${text}\nExpect it with expectConsole('${level}', …).`];
  });
  for (const { level, pattern, seen } of expected)
    if (seen === 0) problems.push(`Expected console.${level} matching ${String(pattern)}, and there was none.`);
  return problems;
}

function matches(text: string, pattern: RegExp | string): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
}
