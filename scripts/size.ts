// Prints what the client weighs and where it comes from. The budgets are held by test/size.
import { measureSize } from './measure-size.ts';
import { budgets } from './size-budgets.ts';

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(2)} kB`.padStart(9);

let over = false;
for (const { name, code, external, bytes: most } of budgets) {
  const { bytes, onDemand, shares } = await measureSize(code, external);
  over ||= bytes > most;
  console.log(`${kb(bytes)}  ${name}, of ${(most / 1000).toFixed(1)} kB${bytes > most ? ': TOO BIG' : ''}`);
  const all = onDemand.reduce((sum, chunk) => sum + chunk.bytes, bytes);
  if (onDemand.length > 0) console.log(`${kb(all)}    with every chunk that may be loaded later:`);
  for (const chunk of onDemand) console.log(`${kb(chunk.bytes)}    on demand: ${chunk.name}`);
  console.log('           minified, before compression:');
  for (const share of shares) console.log(`${kb(share.bytes)}    ${share.name}`);
}
if (over) process.exitCode = 1;
