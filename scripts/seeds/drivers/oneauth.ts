import { mock } from 'node:test';
import type { Driver, Stage } from '../driver.ts';

interface OneAuthSession {
  id: string;
  identityId: string;
  status: string;
  createdAt: Date;
  expiresAt: Date;
  absoluteExpiresAt: Date;
  trustContext: unknown;
}

interface Sessions {
  createSession(input: object): Promise<OneAuthSession>;
  validateSession(id: string): Promise<OneAuthSession>;
  refreshSession(id: string): Promise<OneAuthSession>;
  revokeAllForIdentity(identityId: string): Promise<number>;
}

interface Told {
  type: string;
  payload: Record<string, unknown>;
}

const today = Date.UTC(2026, 0, 1);
const minute = 60_000;
const day = 24 * 60 * minute;

/** What the block's own calls answered, in order. */
function results({ calls }: Stage, name: string): unknown[] {
  return calls.filter((call) => call.name.endsWith(`.${name}`)).map(({ result }) => result);
}

const usage: Driver = {
  heading: 'Usage',
  made: ['sessions', 's'],
  play: async (stage) => {
    mock.timers.enable({ apis: ['Date'], now: today });
    const { sessions, s } = (await stage.run()) as unknown as { sessions: Sessions; s: OneAuthSession };
    const { check } = stage;
    check.equal('a session belongs to the identity', s.identityId, 'u1');
    check.equal('and keeps where it came from', s.trustContext, { ipAddress: '1.2.3.4' });
    check.equal(
      '30 minutes idle, 30 days at most',
      [s.expiresAt, s.absoluteExpiresAt],
      [new Date(today + 30 * minute), new Date(today + 30 * 24 * 60 * minute)],
    );
    check.equal('it was valid', (results(stage, 'validateSession')[0] as OneAuthSession).id, s.id);
    const [refreshed] = results(stage, 'refreshSession') as OneAuthSession[];
    check.equal(
      'a refresh keeps its id and moves its end',
      [refreshed?.id, refreshed?.expiresAt],
      [s.id, new Date(today + 30 * minute)],
    );
    const told = stage.calls.filter(({ name }) => name.endsWith('.publish')).map(({ args: [event] }) => event as Told);
    check.equal(
      'each step is told on the bus',
      told.map(({ type, payload }) => [type, payload['sessionId']]),
      [
        ['SESSION_CREATED', s.id],
        ['SESSION_REFRESHED', s.id],
        ['SESSION_REVOKED', s.id],
      ],
    );
    check.equal('revoked already, it is not counted again', results(stage, 'revokeAllForIdentity'), [0]);
    await check.fails('a revoked session says so', () => sessions.validateSession(s.id), /SessionRevokedError/);

    const next = await sessions.createSession({ identityId: 'u1', trustContext: {} });
    mock.timers.setTime(today + 30 * minute);
    check.equal('it is good at its very end', (await sessions.validateSession(next.id)).id, next.id);
    mock.timers.setTime(today + 30 * minute + 1);
    await check.fails('and not a millisecond after', () => sessions.validateSession(next.id), /SessionExpiredError/);

    const again = await sessions.createSession({ identityId: 'u3', trustContext: {} });
    mock.timers.tick(10 * minute);
    const moved = await sessions.refreshSession(again.id);
    check.equal(
      'a refresh after ten minutes moves the end by ten',
      moved.expiresAt.getTime() - again.expiresAt.getTime(),
      10 * minute,
    );
    check.equal('which is kept', (await sessions.validateSession(again.id)).expiresAt, moved.expiresAt);
    check.equal('and not the end after 30 days', moved.absoluteExpiresAt, again.absoluteExpiresAt);

    const long = await sessions.createSession({ identityId: 'u3', trustContext: {}, idleTTLMinutes: 20 * 24 * 60 });
    mock.timers.tick(15 * day);
    check.equal(
      'no refresh goes past the 30 days',
      (await sessions.refreshSession(long.id)).expiresAt,
      long.absoluteExpiresAt,
    );
    mock.timers.tick(15 * day + 1);
    await check.fails('after which it is over', () => sessions.refreshSession(long.id), /SessionExpiredError/);

    await sessions.createSession({ identityId: 'u2', trustContext: {} });
    await sessions.createSession({ identityId: 'u2', trustContext: {} });
    check.equal('signing out everywhere counts the live', await sessions.revokeAllForIdentity('u2'), 2);
  },
};

/** One for each block, in order. */
export const oneauthDrivers: readonly Driver[] = [usage];
