import { describe, expect, it } from 'vitest';
import { readReport, type Report } from '../../scripts/vitest-run.ts';

const file = (name: string, ...tests: [string, string, string?][]): Report['testResults'][number] => ({
  name: `${process.cwd()}/${name}`,
  status: tests.some(([, status]) => status === 'failed') ? 'failed' : 'passed',
  assertionResults: tests.map(([fullName, status, message]) => ({
    fullName,
    status,
    failureMessages: message === undefined ? [] : [message],
  })),
});

describe('what a run of tests comes to', () => {
  it('counts each test, and says of each that failed where it is and why', () => {
    const report: Report = {
      testResults: [
        file('a.test.ts', ['a passes', 'passed'], ['a fails', 'failed', 'Error: 1 is not 2\n  at line 3']),
        file('b.test.ts', ['b is left out', 'pending'], ['b passes', 'passed']),
      ],
    };
    expect(readReport(report)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: ['a.test.ts: a fails\n    Error: 1 is not 2\n      at line 3'],
    });
  });

  it('counts a file that could not be loaded as a failure, and says why', () => {
    const broken = { ...file('a.test.ts'), status: 'failed', message: 'SyntaxError: no' };
    expect(readReport({ testResults: [broken] })).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: ['a.test.ts\n    SyntaxError: no'],
    });
  });

  it('counts nothing where there is no report', () => {
    expect(readReport(null)).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [] });
  });
});
