// Started by file.test.ts: counts up in a file vault as often as asked.
import { fileVault } from '../../../src/client/vaults/file.ts';

const [file = '', times = '0'] = process.argv.slice(2);
const vault = fileVault(file, { boundMs: 20_000 });
for (let turn = 0; turn < Number(times); turn++)
  await vault.update((contents) => ({ ...contents, activityAt: (contents.activityAt ?? 0) + 1 }));
