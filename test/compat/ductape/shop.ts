import { Ductape, type SessionConfig } from 'sojourn/compat/ductape';
import { createMac, createRandom, createSessions, type Sessions, type Store } from 'sojourn/server';

export const hour = 3_600_000;
export const day: number = 24 * hour;

/** A clock that stands until it is moved. */
export interface StillClock {
  now(): number;
  at: number;
}

export const userSession: SessionConfig = {
  name: 'User',
  tag: 'user',
  description: 'Who is signed in',
  schema: { userId: 'user_1', details: { username: 'countess', email: 'ada@example.com' } },
  selector: '$Session{userId}',
  expiry: 7,
  period: 'days',
};

/** A shop with one session type, whose clock stands. */
export async function openShop(): Promise<{ ductape: Ductape; clock: StillClock }> {
  const clock = { at: Date.UTC(2026, 0, 1), now: (): number => clock.at };
  const ductape = new Ductape({ accessKey: 'key', product: 'shop', env: 'dev', clock });
  await ductape.product.sessions.create(userSession);
  return { ductape, clock };
}

/** Data that fits the type. */
export const dataOf = (userId: string): { userId: string; details: { username: string; email: string } } => ({
  userId,
  details: { username: userId, email: `${userId}@example.com` },
});

/** One server of several: what they share is the store, the secrets and the clock. */
export interface Server {
  ductape: Ductape;
  sessions: Sessions;
}

/** Servers on one store. */
export function openServers(store: Store, clock: StillClock): () => Server {
  const random = createRandom();
  const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  const secret = random.bytes(32);
  return () => {
    const sessions = createSessions({ store, clock, random, mac });
    return { sessions, ductape: new Ductape({ product: 'shop', env: 'dev', sessions, secret, clock }) };
  };
}
