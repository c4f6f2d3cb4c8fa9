// K6: the app's user type, named once, types every hook. An augmentation holds for a whole program, so this one is checked apart.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

const program = `
import type { User } from 'sojourn';
import { useSession, useSessionManager } from 'sojourn/react';

interface Person extends User { name: string; roles: string[] }
declare module 'sojourn/react' {
  interface Register { user: Person }
}

export function useName(): string | null {
  useSessionManager().on('signed_in', ({ user }) => user.roles.join());
  return useSession((state) => (state.status === 'authenticated' ? state.user.name : null));
}

export function useMistake(): unknown {
  const state = useSession();
  // @ts-expect-error a name is text
  return state.status === 'authenticated' && state.user.name * 2;
}
`;

it('K6: names the user type once for every hook', { timeout: 60_000 }, () => {
  const cache = path.join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'react-register-'));
  try {
    writeFileSync(path.join(folder, 'program.ts'), program);
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: path.join(root, 'tsconfig.json'), include: ['program.ts'], exclude: [] }),
    );
    const { stdout, status } = spawnSync(path.join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
