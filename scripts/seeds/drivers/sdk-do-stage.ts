import { mock } from 'node:test';
import type { Stage } from '../driver.ts';

/** A session as the document prints it, and what it lists elsewhere. */
export interface Printed {
  id: string;
  userId: string;
  token: string;
  createdAt: string;
  expiresAt: string;
  lastActivity: string;
  isActive: boolean;
  data: Record<string, unknown>;
}

/** A session whose end was moved. */
export interface Moved extends Printed {
  clamped: boolean;
}

type Authenticate = (credentials: { email: string; password: string }) => { userId: string } | null;

export interface Sdk {
  configure(options: { authenticate: Authenticate }): void;
  session: {
    create(input: object): Promise<Printed>;
    get(id: string): Promise<Printed | null>;
    verify(token: string): Promise<Printed>;
    list(userId: string): Promise<Printed[]>;
    isValid(id: string): Promise<boolean>;
    set(id: string, key: string, value: unknown): Promise<void>;
    get(id: string, key: string): Promise<unknown>;
    remove(id: string, key: string): Promise<boolean>;
    extend(id: string, by: string): Promise<Moved>;
    delete(id: string): Promise<boolean>;
  };
}

/** The day on which the document was written: the dates it names are still to come then. */
export const today: number = Date.UTC(2025, 9, 10, 12);
export const hour = 3_600_000;
export const day: number = 24 * hour;
export const id = 'session_abc123';

/** The clock stands still on that day, so that lengths of time are exact. */
export async function sdkOf({ load }: Stage): Promise<Sdk['session']> {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now: today });
  return ((await load('sdk.do')) as Sdk).session;
}

/** The session that the document's examples take for granted. */
export async function knownSession(
  stage: Stage,
  more: object = {},
): Promise<{ session: Sdk['session']; known: Printed }> {
  const session = await sdkOf(stage);
  return { session, known: await session.create({ id, userId: 'user_123', expiresIn: '24h', ...more }) };
}

/** A token that says it is somebody else's, under the signature of before. */
export function forged(token: string): string {
  const [head, body = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  return [head, Buffer.from(JSON.stringify({ ...claims, sub: 'user_456' })).toString('base64url'), signature].join('.');
}

export function lifeOf({ createdAt, expiresAt }: Printed): number {
  return Date.parse(expiresAt) - Date.parse(createdAt);
}

export function resultsOf({ calls }: Stage, name: string): unknown[] {
  return calls.filter((call) => call.name === name).map(({ result }) => result);
}
