import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../scripts/public-names.ts';

it.each([
  ['', /NOTHING WAS CHECKED: SEEDS_DIR is not set/],
  [path.join(root, 'src'), /NOTHING WAS CHECKED: .*src lacks .*\.md/],
])(
  'without the documents (SEEDS_DIR=%j) it says loudly that nothing was checked',
  (SEEDS_DIR, says) => {
    const env = { ...process.env, SEEDS_DIR };
    const { status, stderr } = spawnSync(process.execPath, ['scripts/run.js', 'scripts/seeds.ts'], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(says);
    expect(status).toBe(3);
  },
  60_000,
);
