// `npm run bench [-- part ...] [--json file] [--full] [--rounds n]`: measures, prints one table.
// Not a test: a missed budget does not fail it.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { idle } from './idle.ts';
import { load, machine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { peers } from './peers.ts';
import { races } from './races.ts';
import { ready } from './ready.ts';
import { table, type Part } from './row.ts';
import { server } from './server.ts';
import { signout } from './signout.ts';
import { size } from './size.ts';
import { token } from './token.ts';
import { wake } from './wake.ts';

const parts: Record<string, (options: BenchOptions) => Promise<Part>> = {
  size,
  token,
  ready,
  signout,
  wake,
  idle,
  server,
  peers,
  races,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, full: { type: 'boolean', default: false }, rounds: { type: 'string' } },
});
const options: BenchOptions = { full: values.full, rounds: values.rounds === undefined ? null : Number(values.rounds) };
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part '${unknown.join("', '")}'. The parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
if (options.rounds !== null && !(Number.isInteger(options.rounds) && options.rounds >= 1)) {
  console.error('--rounds is a whole number, 1 or more.');
  process.exit(2);
}

const loadBefore = load();
const done: Part[] = [];
const failed: string[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  process.stderr.write(`${name} ... `);
  const start = performance.now();
  try {
    done.push(await measure(options));
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
  } catch (error) {
    process.stderr.write('could not be measured\n');
    console.error(error);
    failed.push(name);
  }
}

const facts = machine(loadBefore);
console.log(`\n${facts}`);
for (const { name, about } of done) console.log(`${name}: ${about}`);
console.log(`\n${table(done)}`);
const missed = done.flatMap(({ rows }) => rows.filter(({ verdict }) => verdict === 'MISSED'));
if (missed.length > 0) console.log(`\nMissed: ${missed.map(({ what }) => what.trim()).join('; ')}.`);
if (failed.length > 0) console.log(`\nCould not be measured: ${failed.join(', ')}.`);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine: facts, parts: done, failed }, null, 2)}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
