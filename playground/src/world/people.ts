import type { User } from 'sojourn';

/** Somebody to sign in as. The server knows them when it runs with `--demo-users`. */
export interface DemoPerson {
  id: string;
  name: string;
  username: string;
  role: string;
}

export const demoPassword = 'demo';

export const demoPeople: readonly DemoPerson[] = [
  { id: 'user_ada', name: 'Ada Lovelace', username: 'ada', role: 'Admin' },
  { id: 'user_grace', name: 'Grace Hopper', username: 'grace', role: 'Editor' },
  { id: 'user_alan', name: 'Alan Turing', username: 'alan', role: 'Reader' },
];

/** The name to show. What a server says of a person is its own business, so it is looked at before it is shown. */
export function nameOf(user: User): string {
  return typeof user['name'] === 'string' ? user['name'] : user.id;
}

export function rolesOf(user: User): string[] {
  const roles = user['roles'];
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
}

export function initialsOf(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
}
