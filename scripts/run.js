// Starts a TypeScript script: `node scripts/run.js scripts/build.ts [arguments]`.
// Plain JavaScript on purpose: a Node too old for TypeScript must still be able to say so.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const wanted = 24;
const [, , script, ...rest] = process.argv;

if (Number(process.versions.node.split('.')[0]) < wanted) {
  console.error(
    [
      `This script needs Node ${wanted} or newer; it was started by Node ${process.version} (${process.execPath}).`,
      `The repository brings Node ${wanted} along as a development dependency, and npm scripts find it by themselves.`,
      'What to do: run `npm ci` (without --ignore-scripts, which leaves that Node out), then use `npm run <name>`.',
    ].join('\n'),
  );
  process.exit(1);
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = script === undefined ? null : path.resolve(root, script);
if (file === null) {
  console.error('Usage: node scripts/run.js <script.ts> [arguments]');
  process.exit(1);
}

process.chdir(root);
process.env.PATH = [path.join(root, 'node_modules/.bin'), process.env.PATH].join(path.delimiter);
process.argv = [process.execPath, file, ...rest];
await import(pathToFileURL(file).href);
