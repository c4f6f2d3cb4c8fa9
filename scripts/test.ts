// `npm test`: every step in order. `npm test -- types unit` runs only those.
import { spawnSync } from 'node:child_process';
import { provisionChromium } from './provision-chromium.ts';
import { provisionEngines } from './provision-engines.ts';
import { provisionRedis } from './provision-redis.ts';
import { steps, type Step } from './test-steps.ts';
import { runVitest, type Counts, type Outcome } from './vitest-run.ts';

const strict = Boolean(process.env['CI']);
/** With this status a command says that it cannot run here. */
const didNotRun = 3;
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No step ${unknown.join(', ')}. There are: ${steps.map((step) => step.name).join(', ')}.`);
  process.exit(1);
}
const chosen = steps.filter((step) => wanted.length === 0 || wanted.includes(step.name));

const inBrowsers = chosen.some((step) => 'needs' in step && step.needs !== 'redis');
const chromium = inBrowsers ? await provisionChromium() : null;
if (chromium) console.log(chromium.line);
const redis = chosen.some((step) => step.name === 'redis' || step.name === 'seeds') ? provisionRedis() : null;
if (redis) console.log(redis.line);
// A test of an engine that is missing says so itself.
if (chosen.some((step) => 'needs' in step && step.needs === 'engines')) console.log(provisionEngines().join('\n'));
const env = {
  ...process.env,
  ...(chromium?.path ? { SOJOURN_CHROMIUM: chromium.path } : {}),
  ...(redis?.path ? { SOJOURN_REDIS_SERVER: redis.path } : {}),
};

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];
const failures: string[] = [];

for (const step of chosen) {
  console.log(`\n=== ${step.name}: ${step.about}`);
  const startedAt = performance.now();
  const counts = run(step);
  // A test that is skipped tells nothing; where it counts, that is a failure.
  if (strict && counts.skipped > 0) {
    counts.failed += counts.skipped;
    counts.failures.push(`${counts.skipped} were skipped`);
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  failures.push(...counts.failures.map((failure) => `${step.name}: ${failure}`));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} SKIPPED` : '';
  const verdict = counts.failed > 0 ? 'FAILED' : counts.passed > 0 ? 'ok' : 'DID NOT RUN';
  const line = `${step.name.padEnd(14)}${verdict.padEnd(13)}${counts.passed} passed, ${counts.failed} failed${skipped}, ${seconds} s`;
  summary.push(line);
  console.log(`--- ${line}`);
}

console.log(`\n${summary.join('\n')}\n`);
// Last, because the end of a long output is what people see first.
for (const failure of failures) console.log(`FAILED ${failure}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
if (total.failed > 0 || total.passed === 0) process.exitCode = 1;

function run(step: Step): Outcome {
  const nothing: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const missing = step.needs === 'chromium' ? lacking(chromium) : step.needs === 'redis' ? lacking(redis) : null;
  if (missing !== null) {
    console.error(`!!! The suite "${step.name}" CANNOT RUN. ${missing}`);
    return strict ? { ...nothing, failed: 1, failures: [`cannot run. ${missing}`] } : nothing;
  }
  if (!('command' in step)) return runVitest(step.projects, env);
  const [program = '', ...rest] = step.command;
  const { status } = spawnSync(program, rest, { stdio: 'inherit', env });
  if (status === 0) return { ...nothing, passed: 1 };
  // The program said that it cannot run here.
  if (status === didNotRun) return { ...nothing, skipped: 1 };
  return { ...nothing, failed: 1, failures: [`"${step.command.join(' ')}" ended with ${status ?? 'a signal'}`] };
}

function lacking(found: { path: string | null; line: string } | null): string | null {
  return found?.path ? null : (found?.line ?? '');
}
