// Searches whole histories of tabs, networks and servers for broken promises.
//   npm run sim -- --runs 10000 --seed 1
//   npm run sim -- --replay '<history as JSON>'   plays one history and tells what happened in it
//   npm run sim -- --planted                      looks whether broken twins of the product are found out
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { explore } from '../test/simulation/explore.ts';
import { reportTwins } from '../test/simulation/planted/report.ts';
import { simulate } from '../test/simulation/simulate.ts';
import type { History } from '../test/simulation/steps.ts';
import { tellHistory } from '../test/simulation/words.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    replay: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    /** Stops at the first broken promise, without making the history shorter. */
    first: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
    twin: { type: 'string' },
  },
});

if (values.replay !== undefined) {
  const history = JSON.parse(values.replay) as History;
  console.log(`${tellHistory(history)}\n`);
  const { violation, log } = await simulate(history);
  console.log(log.join('\n'));
  console.log(violation ? `\nBROKEN: ${violation.message}` : '\nevery promise was kept');
  process.exitCode = violation ? 1 : 0;
} else if (values.planted) {
  const seed = Number(values.seed ?? 1);
  const caught = await reportTwins(Number(values.runs ?? 5000), seed, values.twin);
  process.exitCode = caught ? 0 : 1;
} else {
  const seed = chooseSeed();
  const runs = Number(values.runs ?? 1000);
  console.log(`${runs} histories, seed ${seed}`);
  const found = await explore({ runs, seed, shrink: !values.first });
  const seconds = (found.ms / 1000).toFixed(1);
  if (found.ok) console.log(`every promise was kept in ${found.runs} histories, ${seconds} s (seed ${seed})`);
  else {
    console.log(`\nBROKEN in history ${found.run}: ${found.outcome.violation?.message}\n`);
    console.log(`shrunk ${found.shrinks} times, ${seconds} s:\n${tellHistory(found.history)}\n`);
    if (!values.quiet) console.log(`${found.outcome.log.join('\n')}\n`);
    console.log(`to see it again:\n  npm run sim -- --replay '${JSON.stringify(found.history)}'`);
    console.log(`to search on from the same place:\n  npm run sim -- --runs ${runs} --seed ${seed}`);
    process.exitCode = 1;
  }
}

/** A new one each time; `commit` is a new one for each commit, so that whoever runs its tests sees what others saw. */
function chooseSeed(): number {
  if (values.seed !== undefined && values.seed !== 'commit') return Number(values.seed);
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' });
  const known = values.seed === 'commit' && status === 0;
  return known ? Number.parseInt(stdout, 16) : randomInt(2 ** 31);
}
