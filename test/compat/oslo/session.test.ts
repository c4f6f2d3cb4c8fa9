import { describe, expect, it, vi } from 'vitest';
import { createDate, TimeSpan } from 'sojourn/compat/oslo';
import { SessionController } from 'sojourn/compat/oslo/session';
import { start, stopTheClock } from './still-clock.ts';

const hour = 3_600_000;

stopTheClock();

const controller = new SessionController(new TimeSpan(1, 'h'));
const inMs = (ms: number): Date => new Date(start + ms);

describe('SessionController.createSession', () => {
  it('makes a fresh session of one life, and nothing but that', () => {
    expect(controller.createSession('abc')).toStrictEqual({ sessionId: 'abc', expiresAt: inMs(hour), fresh: true });
    expect(controller.expiresIn.milliseconds()).toBe(hour);
  });

  it.each(['', 'user 1', 'é;='])('takes %j for the id as it is', (id) => {
    expect(controller.createSession(id).sessionId).toBe(id);
  });

  it('createExpirationDate is one life from now (i)', () => {
    expect(controller.createExpirationDate()).toEqual(createDate(new TimeSpan(1, 'h')));
  });
});

describe('SessionController.validateSessionState', () => {
  it('a session whose end has passed is no session (f, S45)', () => {
    expect(controller.validateSessionState('abc', createDate(new TimeSpan(-1, 's')))).toBeNull();
  });

  it('a session with all of its life before it stays as it is (g, S41)', () => {
    const expiresAt = createDate(new TimeSpan(1, 'h'));
    expect(controller.validateSessionState('abc', expiresAt)).toStrictEqual({
      sessionId: 'abc',
      expiresAt,
      fresh: false,
    });
  });

  it('a session in the second half of its life gets a whole new one (h, S41)', () => {
    expect(controller.validateSessionState('abc', createDate(new TimeSpan(20, 'm')))).toStrictEqual({
      sessionId: 'abc',
      expiresAt: inMs(hour),
      fresh: true,
    });
  });

  it('the second half begins at exactly one half (S41)', () => {
    expect(controller.validateSessionState('abc', inMs(hour / 2 + 1))?.fresh).toBe(false);
    expect(controller.validateSessionState('abc', inMs(hour / 2))?.fresh).toBe(true);
  });

  it('half of an odd life is rounded to the earlier millisecond', () => {
    const odd = new SessionController(new TimeSpan(1001, 'ms'));
    expect(odd.validateSessionState('abc', inMs(502))?.fresh).toBe(false);
    expect(odd.validateSessionState('abc', inMs(501))?.fresh).toBe(true);
  });

  it('a session dies at, and not after, its last millisecond (S45)', () => {
    expect(controller.validateSessionState('abc', inMs(1))?.fresh).toBe(true);
    expect(controller.validateSessionState('abc', inMs(0))).toBeNull();
  });

  it('an end further away than a whole life is left alone', () => {
    expect(controller.validateSessionState('abc', inMs(5 * hour))).toStrictEqual({
      sessionId: 'abc',
      expiresAt: inMs(5 * hour),
      fresh: false,
    });
  });

  it('an end that is no date is no session', () => {
    expect(controller.validateSessionState('abc', new Date(Number.NaN))).toBeNull();
  });

  it('somebody who comes often enough stays for ever: no last day (S41)', () => {
    let session = controller.createSession('abc');
    for (let visit = 1; visit <= 1000; visit++) {
      vi.setSystemTime(start + visit * 0.6 * hour);
      session = controller.validateSessionState('abc', session.expiresAt) ?? expect.fail('died');
    }
    expect(session.expiresAt).toEqual(inMs(1000 * 0.6 * hour + hour));
  });

  it('changes nothing that it was given', () => {
    const expiresAt = inMs(1);
    controller.validateSessionState('abc', expiresAt);
    expect(expiresAt).toEqual(inMs(1));
  });
});

describe('SessionController.getSessionState', () => {
  it.each([
    [60, 'active'],
    [-1, 'expired'],
    [-30, 'expired'],
    [30, 'idle'],
    [20, 'idle'],
    [0, 'expired'],
  ] as const)('with %d minutes to go a session of one hour is %s (j)', (minutes, state) => {
    expect(controller.getSessionState(createDate(new TimeSpan(minutes, 'm')))).toBe(state);
  });

  it('says idle where validateSessionState renews, at every millisecond around the edges', () => {
    for (const life of [999, 1000, 1001, 1.5]) {
      const sessions = new SessionController(new TimeSpan(life, 'ms'));
      for (let left = -2; left <= 1003; left++) {
        const validated = sessions.validateSessionState('abc', inMs(left));
        const expected = validated === null ? 'expired' : validated.fresh ? 'idle' : 'active';
        expect(sessions.getSessionState(inMs(left))).toBe(expected);
      }
    }
  });
});
