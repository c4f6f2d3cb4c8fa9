import { mock } from 'node:test';
import type { Driver } from '../driver.ts';
import {
  day,
  forged,
  hour,
  id,
  knownSession,
  lifeOf,
  resultsOf,
  sdkOf,
  today,
  type Moved,
  type Printed,
} from './sdk-do-stage.ts';

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
    const next = await session.create({ userId: 'user_123', expiresIn: '24h' });
    const answered = await session.extend(next.id, '1h');
    check.equal(
      'the end that extending answers is the one that is kept',
      [lifeOf(answered), (await session.get(next.id))?.expiresAt],
      [day + hour, answered.expiresAt],
    );
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
    const { session, known } = await knownSession(stage);
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
    await check.fails(
      'a token that was tampered with is refused',
      () => session.verify(forged(known.token)),
      /^INVALID_TOKEN /,
    );
    mock.timers.setTime(today + day - 1);
    check.equal(
      'it is there for its last millisecond',
      [await session.isValid(id), (await session.get(id))?.id],
      [true, id],
    );
    mock.timers.setTime(today + day);
    check.equal(
      'and for no more: not valid, null, in no list',
      [await session.isValid(id), await session.get(id), await session.list('user_123')],
      [false, null, []],
    );
    await check.fails('its token has ended with it', () => session.verify(known.token), /^(SESSION|TOKEN)_EXPIRED /);
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
    await session.set(id, 'newPreference', 'old');
    await stage.run();
    stage.check.equal('merging overwrites nothing that is there', await session.get(id, 'newPreference'), 'old');
  },
};

export const expiration: Driver = {
  heading: 'Session Expiration',
  free: ['console'],
  made: ['refreshedSession', 'remaining'],
  play: async (stage) => {
    const { session, known } = await knownSession(stage);
    const { check } = stage;
    const printed: unknown[] = [];
    const console = { log: (what: unknown) => printed.push(what) };
    const made = await stage.run({ console });
    const refreshed = made['refreshedSession'] as Printed;
    const [extended] = resultsOf(stage, 'session.extend') as Moved[];
    check.equal('extending adds an hour', extended && lifeOf(extended), day + hour);
    check.equal('a refresh keeps the id', refreshed.id, known.id);
    check.equal('and the hour that was added', lifeOf(refreshed), day + hour);
    check.ok('and gives a new token', refreshed.token !== known.token);
    await check.fails('the old token is superseded', () => session.verify(known.token), /^TOKEN_SUPERSEDED /);

    // The end that is set lies 81 days ahead; a session that says nothing of it ends after 30 at the latest.
    const clamped = (): unknown[] =>
      (resultsOf(stage, 'session.setExpiration') as Moved[]).map((moved) => [moved.clamped, lifeOf(moved)]);
    check.equal('an end 81 days ahead is cut to the 30 days of a session, which is said', clamped(), [
      [true, 30 * day],
    ]);
    check.equal('so much time remains', made['remaining'], 30 * day);
    await session.delete(id);
    await knownSession(stage, { absoluteTimeout: '90d' });
    const left = Date.UTC(2025, 11, 31) - today;
    const { remaining } = await stage.run({ console });
    check.equal('in a session that may live for 90 days it is set exactly', clamped().slice(1), [[false, left]]);
    check.equal('and so much time remains', remaining, left);
    check.equal(
      'both are printed',
      printed,
      [30 * day, left].map((ms) => `Session expires in ${ms}ms`),
    );
  },
};
