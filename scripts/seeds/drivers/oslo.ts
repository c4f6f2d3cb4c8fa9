import { mock } from 'node:test';
import { TimeSpan } from '../../../src/compat/oslo/index.ts';
import {
  SessionController,
  SessionCookieController,
  type Session,
  type SessionCookie,
} from '../../../src/compat/oslo/session/index.ts';
import type { Driver } from '../driver.ts';

const month = new TimeSpan(30, 'd');
const monthMs = month.milliseconds();
const setBlank = 'session=; HttpOnly; Max-Age=0; Path=/; SameSite=Lax';

const controllers = `
declare const sessionController: import('oslo/session').SessionController;
declare const sessionCookieController: import('oslo/session').SessionCookieController;`;
const answer = 'declare const response: Response;';

/** A database that tells what was asked of it. */
function table(stored: { id: string; expires: Date } | null): { db: object; done: unknown[][] } {
  const done: unknown[][] = [];
  const note =
    (name: string) =>
    async (...args: unknown[]): Promise<typeof stored> => {
      await Promise.resolve();
      done.push([name, ...args]);
      return stored;
    };
  const db = {
    storeSession: note('store'),
    getSession: note('get'),
    updateSession: note('update'),
    deleteSession: note('delete'),
  };
  return { db, done };
}

function given(): { sessionController: SessionController; sessionCookieController: SessionCookieController } {
  return {
    sessionController: new SessionController(month),
    sessionCookieController: new SessionCookieController('session', month, { secure: false }),
  };
}

const setUp: Driver = {
  heading: 'Example',
  made: ['sessionController', 'sessionCookieController'],
  play: async ({ run, check }) => {
    const made = (await run()) as ReturnType<typeof given>;
    check.equal('sessions live 30 days', made.sessionController.expiresIn.milliseconds(), monthMs);
    check.equal(
      'the cookie lives as long, and goes over plain http',
      made.sessionCookieController.createSessionCookie('abc').serialize(),
      'session=abc; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax',
    );
  },
};

const create: Driver = {
  heading: 'Create a session',
  ambient: `${controllers}
declare const userId: string;
declare const db: { storeSession(row: { id: string; expires: Date; user_id: string }): Promise<unknown> };
${answer}`,
  free: ['sessionController', 'sessionCookieController', 'db', 'userId', 'response'],
  made: ['session', 'cookie'],
  play: async ({ run, check }) => {
    const { db, done } = table(null);
    const response = new Response();
    const before = Date.now();
    const made = (await run({ ...given(), db, userId: 'user 1', response })) as {
      session: Session;
      cookie: SessionCookie;
    };
    const { sessionId: id, expiresAt, fresh } = made.session;
    check.ok('a session is fresh and ends in 30 days', fresh && isNear(expiresAt.getTime() - monthMs, before));
    check.equal('the row is stored', done, [['store', { id, expires: expiresAt, user_id: 'user 1' }]]);
    check.equal('the cookie is set', response.headers.getSetCookie(), [
      'session=user%201; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax',
    ]);
  },
};

const validate: Driver = {
  heading: 'Validate a session',
  ambient: `${controllers}
declare const request: Request;
${answer}
declare const db: {
  getSession(id: string): Promise<{ id: string; expires: Date } | null>;
  updateSession(id: string, change: { expires: Date }): Promise<unknown>;
  deleteSession(id: string): Promise<unknown>;
};`,
  free: ['sessionController', 'sessionCookieController', 'db', 'request', 'response'],
  made: ['sessionState'],
  play: async ({ run, check }) => {
    // The clock stands still, so that the half is exact.
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const visit = async (
      cookie: string | null,
      leftMs: number | null,
    ): Promise<{ outcome: unknown; done: unknown[][]; setCookie: string[]; expires: Date }> => {
      const expires = new Date(Date.now() + (leftMs ?? 0));
      const { db, done } = table(leftMs === null ? null : { id: 'abc', expires });
      const request = new Request('http://localhost/', cookie === null ? {} : { headers: { Cookie: cookie } });
      const response = new Response();
      const outcome = await run({ ...given(), db, request, response }).then(
        ({ sessionState }) => sessionState,
        (error: unknown) => String(error),
      );
      return { outcome, done, setCookie: response.headers.getSetCookie(), expires };
    };
    const refused = 'Error: Invalid session';

    const stranger = await visit(null, null);
    check.equal('no cookie: refused, nothing asked', [stranger.outcome, stranger.done], [refused, []]);
    const unknown = await visit('session=abc', null);
    check.equal('no row: refused', [unknown.outcome, unknown.done], [refused, [['get', 'abc']]]);
    const dead = await visit('session=abc', -1000);
    check.equal(
      'dead: refused, row deleted, cookie blanked',
      [dead.outcome, dead.done, dead.setCookie],
      [
        refused,
        [
          ['get', 'abc'],
          ['delete', 'abc'],
        ],
        [setBlank],
      ],
    );
    const young = await visit('session=abc', monthMs - 1000);
    check.equal(
      'first half: as it is',
      [young.outcome, young.done.length, young.setCookie],
      [{ sessionId: 'abc', expiresAt: young.expires, fresh: false }, 1, []],
    );
    const last = await visit('session=abc', monthMs / 2 + 1);
    check.equal(
      'last millisecond of the first half: as it is',
      [last.outcome, last.done.length, last.setCookie],
      [{ sessionId: 'abc', expiresAt: last.expires, fresh: false }, 1, []],
    );
    const old = await visit('session=abc', monthMs / 2);
    const { expiresAt, fresh } = old.outcome as Session;
    check.equal('second half: 30 days from now', [fresh, expiresAt], [true, new Date(Date.now() + monthMs)]);
    check.equal(
      'second half: row updated, cookie set again',
      [old.done[1], old.setCookie],
      [['update', 'abc', { expires: expiresAt }], ['session=abc; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax']],
    );
  },
};

const longCookie: Driver = {
  heading: 'Validate a session',
  ambient: `import { SessionCookieController } from 'oslo/session';
declare const sessionController: import('oslo/session').SessionController;`,
  free: ['sessionController', 'SessionCookieController'],
  made: ['sessionCookieController'],
  play: async ({ run, check }) => {
    const { sessionController } = given();
    const made = (await run({ sessionController, SessionCookieController })) as ReturnType<typeof given>;
    check.equal(
      'the cookie lives two years',
      made.sessionCookieController.createSessionCookie('abc').serialize(),
      'session=abc; HttpOnly; Max-Age=62899200; Path=/; SameSite=Lax; Secure',
    );
  },
};

const invalidate: Driver = {
  heading: 'Invalidate a session',
  ambient: `${controllers}
declare const sessionId: string;
${answer}
declare const db: { deleteSession(id: string): Promise<unknown> };`,
  free: ['sessionController', 'sessionCookieController', 'db', 'sessionId', 'response'],
  play: async ({ run, check }) => {
    const { db, done } = table(null);
    const response = new Response();
    await check.fails(
      'it ends with "Invalid session"',
      () => run({ ...given(), db, sessionId: 'abc', response }),
      /^Error: Invalid session$/,
    );
    check.equal('the row is deleted', done, [['delete', 'abc']]);
    check.equal('the cookie is blanked', response.headers.getSetCookie(), [setBlank]);
  },
};

/** Within ten seconds after. */
function isNear(at: number, since: number): boolean {
  return at >= since && at < since + 10_000;
}

/** One for each block, in order. */
export const osloDrivers: readonly Driver[] = [setUp, create, validate, longCookie, invalidate];
