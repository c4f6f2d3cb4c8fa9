import type { User } from '../../protocol/session-view.ts';
import type { Directory } from '../http/directory.ts';
import { hashPassword, isPassword, type PasswordHash } from './password.ts';

/** Somebody to sign in as in a demo. */
export interface DemoUser {
  username: string;
  user: User;
}

/** The same for every demo user; it protects nothing, which is why demo users are refused on a public host. */
export const demoPassword = 'demo';

/** Three people with different roles. */
export const demoUsers: readonly DemoUser[] = [
  { username: 'ada', user: { id: 'user_ada', name: 'Ada Lovelace', roles: ['admin'] } },
  { username: 'grace', user: { id: 'user_grace', name: 'Grace Hopper', roles: ['editor'] } },
  { username: 'alan', user: { id: 'user_alan', name: 'Alan Turing', roles: ['reader'] } },
];

/** Signs the demo users in by `{ username, password }`. Unknown names take as long as wrong passwords. */
export function demoDirectory(): Directory {
  const hashes = new Map<string, Promise<PasswordHash>>();
  const hashOf = (username: string): Promise<PasswordHash> => {
    const hash = hashes.get(username) ?? hashPassword(demoPassword);
    hashes.set(username, hash);
    return hash;
  };
  // Hashed before anybody asks: the first sign-in of a known name must not take longer than that of an unknown one.
  for (const { username } of demoUsers) void hashOf(username);

  return {
    authenticate: async ({ username, password }) => {
      const name = typeof username === 'string' ? username.trim().toLowerCase() : '';
      const known = demoUsers.find((each) => each.username === name);
      const given = typeof password === 'string' ? password : '';
      const isRight = await isPassword(given, known ? await hashOf(name) : null);
      return isRight && known ? known.user : null;
    },
    findUser: (userId) => demoUsers.find(({ user }) => user.id === userId)?.user ?? null,
  };
}
