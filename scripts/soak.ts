// `npm run soak -- --minutes 10 [--seed N]`: eight tabs of a real browser, a real server, and everything that can go wrong.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { HeadlessShellError, runSoak } from '../test/soak/run-soak.ts';
import { showEvidence, summarize } from '../test/soak/summary.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
});
const seconds = values.seconds === undefined ? Number(values.minutes ?? 10) * 60 : Number(values.seconds);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('Usage: npm run soak -- [--minutes 10 | --seconds 60] [--seed 123]');
  process.exit(1);
}

/** It did not run: neither passed nor failed. */
const didNotRun = 3;

console.log(`Soak for ${seconds} seconds, seed ${seed} (--seed ${seed} plans the same again).`);
try {
  const result = await runSoak({ ms: seconds * 1000, seed, tabs: 8, onProgress: (line) => console.log(line) });
  const { findings, timeLine, evidence } = result;
  console.log(`\n${summarize(result)}`);
  if (findings.some(({ violations }) => violations.length > 0)) {
    console.error(showEvidence(findings, timeLine, evidence.startedAt));
    mkdirSync('.cache', { recursive: true });
    writeFileSync('.cache/soak.json', JSON.stringify({ seed, evidence, findings, timeLine }, null, 1));
    console.error('\nEverything that was seen is in .cache/soak.json.');
    process.exitCode = 1;
  }
} catch (error) {
  if (error instanceof HeadlessShellError) {
    console.error(`!!! THE SOAK CANNOT RUN. ${error.message}`);
    process.exitCode = didNotRun;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
