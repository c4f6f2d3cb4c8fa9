import { mock } from 'node:test';
import type { Driver } from '../driver.ts';
import { day, hour, id, knownSession, lifeOf, resultsOf, sdkOf, today, type Printed } from './sdk-do-stage.ts';

export const quickStart: Driver = {
  heading: 'Quick Start',
  free: ['console'],
  made: ['newSession', 'userSession'],
  play: async (stage) => {
    const { run, check } = stage;
    const session = await sdkOf(stage);
    const printed: unknown[] = [];
    const made = await run({ console: { log: (what: unknown) => printed.push(what) } });
    const newSession = made['newSession'] as Printed;
    const userSession = made['userSession'] as Printed;
    check.equal('the record is printed', printed, [newSession]);
    check.ok('its id begins with session_', /^session_[\w-]+$/.test(newSession.id));
    check.equal('it belongs to the user', newSession.userId, 'user_123');
    check.ok('its token begins as printed', newSession.token.startsWith('eyJhbGciOiJIUzI1NiIs'));
    check.equal('its times are ISO 8601', Date.parse(newSession.createdAt), today);
    check.equal('it lives 24 hours to the millisecond', lifeOf(newSession), day);
    check.equal(
      'it is found by its id',
      [userSession.id, userSession.data],
      [newSession.id, { preferences: { theme: 'dark' } }],
    );
    const [updated] = resultsOf(stage, 'session.update') as Printed[];
    check.equal('an update keeps the rest of the data', updated?.data, {
      preferences: { theme: 'dark' },
      lastActivity: new Date(today).toISOString(),
    });
    const [extended] = resultsOf(stage, 'session.extend') as Printed[];
    check.equal('extending adds an hour to the 24', extended && lifeOf(extended), day + hour);
    check.equal('deleted, it is gone', await session.get(newSession.id), null);
    await check.fails('and its token says why', () => session.verify(newSession.token), /^SESSION_REVOKED /);
  },
};

export const creation: Driver = {
  heading: 'Session Creation',
  made: ['basicSession', 'customSession', 'timedSession'],
  play: async (stage) => {
    const session = await sdkOf(stage);
    const { check } = stage;
    const made = (await stage.run()) as unknown as Record<string, Printed>;
    const basic = made['basicSession']!;
    const custom = made['customSession']!;
    const timed = made['timedSession']!;
    check.equal('by default a session lives 24 hours, with no data', [lifeOf(basic), basic.data], [day, {}]);
    check.equal('nested data is kept', (await session.get(custom.id))?.data, {
      preferences: { theme: 'dark', language: 'en' },
      permissions: ['read', 'write'],
      metadata: { loginMethod: 'oauth', provider: 'google' },
    });
    check.equal('7d are seven days', lifeOf(custom), 7 * day);
    check.equal(
      'an instant is kept to the millisecond',
      Date.parse(timed.expiresAt),
      Date.UTC(2025, 11, 31, 23, 59, 59),
    );
    check.equal('three sessions of one user', (await session.list('user_123')).length, 3);
  },
};

export const retrieval: Driver = {
  heading: 'Session Retrieval',
  ambient: 'declare const token: string;',
  free: ['token'],
  made: ['userSession', 'sessionFromToken', 'userSessions', 'isValid'],
  play: async (stage) => {
    const { known } = await knownSession(stage);
    const made = (await stage.run({ token: known.token })) as unknown as {
      userSession: Printed;
      sessionFromToken: Printed;
      userSessions: Printed[];
      isValid: boolean;
    };
    const { check } = stage;
    check.equal('by id', made.userSession.userId, 'user_123');
    check.equal('by token', made.sessionFromToken.id, made.userSession.id);
    check.equal(
      'by user',
      made.userSessions.map((one) => one.id),
      [made.userSession.id],
    );
    check.ok(
      'the list holds no tokens',
      made.userSessions.every((one) => !one.token),
    );
    check.equal('it is valid', made.isValid, true);
  },
};

export const updates: Driver = {
  heading: 'Session Updates',
  play: async (stage) => {
    const { session } = await knownSession(stage, { data: { currentPage: '/', theme: 'dark' } });
    mock.timers.setTime(today + hour);
    await stage.run();
    const after = (await session.get(id))!;
    stage.check.equal('data is updated and merged', after.data, {
      currentPage: '/dashboard',
      theme: 'dark',
      lastActivity: new Date(today + hour).toISOString(),
      newPreference: 'value',
    });
    stage.check.equal('a touch moves the last activity', Date.parse(after.lastActivity), today + hour);
    stage.check.equal('and not the end', lifeOf(after), day);
  },
};

export const expiration: Driver = {
  heading: 'Session Expiration',
  free: ['console'],
  made: ['refreshedSession', 'remaining'],
  play: async (stage) => {
    // The end that is set lies 81 days ahead; a session that says nothing of it ends after 30 at the latest.
    const { session, known } = await knownSession(stage, { absoluteTimeout: '90d' });
    const { check } = stage;
    const printed: unknown[] = [];
    const made = await stage.run({ console: { log: (what: unknown) => printed.push(what) } });
    const refreshed = made['refreshedSession'] as Printed;
    const [extended] = resultsOf(stage, 'session.extend') as Printed[];
    check.equal('extending adds an hour', extended && lifeOf(extended), day + hour);
    check.equal('a refresh keeps the id', refreshed.id, known.id);
    check.ok('and gives a new token', refreshed.token !== known.token);
    await check.fails('the old token is superseded', () => session.verify(known.token), /^TOKEN_SUPERSEDED /);
    const left = Date.UTC(2025, 11, 31) - today;
    check.equal('an end is set exactly, and so much time remains', made['remaining'], left);
    check.equal('which is printed', printed, [`Session expires in ${left}ms`]);
  },
};
