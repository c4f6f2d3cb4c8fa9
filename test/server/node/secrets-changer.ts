// A program that adds a secret of refresh tokens to a folder: `secrets-changer.ts <folder> <id> <takeOverAfterMs> wait|go`. With `wait`
// it says each time when it is in the middle of the change, and goes on after a byte on its standard input.
import { readSync, writeSync } from 'node:fs';
import { changeKeptSecrets } from '../../../src/server/node/change-kept-secrets.ts';

const [folder = '', id = '', takeOverAfterMs, pace] = process.argv.slice(2);

await changeKeptSecrets(
  folder,
  (secrets) => {
    if (pace === 'wait') {
      writeSync(1, 'in the middle\n');
      readSync(0, new Uint8Array(1));
    }
    const added = new Uint8Array(32).fill(Number(id));
    return { secrets: { ...secrets, mac: { ...secrets.mac, [Number(id)]: added } } };
  },
  { takeOverAfterMs: Number(takeOverAfterMs) },
);
