// Runs vitest projects and counts what happened.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a suite did, and what failed in it: a text for each, to be read without the rest of the output. */
export interface Outcome extends Counts {
  failures: string[];
}

export interface Report {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
  }[];
}

export function runVitest(projects: string[], env: NodeJS.ProcessEnv): Outcome {
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-test-'));
  const file = path.join(folder, 'report.json');
  const { status } = spawnSync(
    'vitest',
    [
      'run',
      ...projects.map((name) => `--project=${name}`),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { stdio: 'inherit', env },
  );
  const outcome = readReport(readIfThere(file));
  rmSync(folder, { recursive: true, force: true });
  // An unhandled rejection, a missing project or a crash fails the run without failing a test.
  if (status !== 0 && outcome.failed === 0) {
    outcome.failed = 1;
    outcome.failures.push(`vitest ended with ${status ?? 'a signal'} and named no test: its output above says why`);
  }
  return outcome;
}

/** Counts what a report of vitest tells. No report, no tests. */
export function readReport(report: Report | null): Outcome {
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const { name, status, message, assertionResults } of report?.testResults ?? []) {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    const passed = assertionResults.filter((test) => test.status === 'passed');
    outcome.passed += passed.length;
    outcome.failed += failed.length;
    outcome.skipped += assertionResults.length - passed.length - failed.length;
    const where = path.relative(process.cwd(), name);
    for (const test of failed) {
      outcome.failures.push(`${where}: ${test.fullName}\n${indent(test.failureMessages?.[0] ?? 'no message')}`);
    }
    // A file that could not be loaded has no test that failed.
    if (status === 'failed' && failed.length === 0) {
      outcome.failed += 1;
      outcome.failures.push(`${where}\n${indent(message ?? 'no message')}`);
    }
  }
  return outcome;
}

function readIfThere(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return null;
  }
}

const indent = (text: string) =>
  text
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line}`)
    .join('\n');
