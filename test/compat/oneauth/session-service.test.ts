import { describe, expect, test } from 'vitest';
import { InMemoryEventBus } from 'sojourn/compat/oneauth/events-core';
import {
  InMemorySessionRepository,
  SessionExpiredError,
  SessionNotFoundError,
  SessionRevokedError,
  SessionService,
  type Session,
  type SessionEvent,
  type SessionRepository,
  type SessionServiceOptions,
} from 'sojourn/compat/oneauth/sessions';

const start = Date.UTC(2026, 0, 1);
const minute = 60_000;
const day = 24 * 60 * minute;

interface World {
  service: SessionService;
  repository: SessionRepository;
  bus: InMemoryEventBus<SessionEvent>;
  events: SessionEvent[];
  clock: { at: number; now(): number };
}

function createWorld(
  options: SessionServiceOptions = {},
  repository: SessionRepository = new InMemorySessionRepository(),
): World {
  const clock = { at: start, now: (): number => clock.at };
  const bus = new InMemoryEventBus<SessionEvent>();
  const events: SessionEvent[] = [];
  bus.subscribe('*', (event) => events.push(event));
  return { service: new SessionService(repository, bus, { clock, ...options }), repository, bus, events, clock };
}

function typesOf({ events }: World): string[] {
  return events.map(({ type }) => type);
}

describe('a session', () => {
  test('S1 S93: lives 30 minutes, at most 30 days, and keeps what was known at its beginning', async () => {
    const { service } = createWorld();
    const trustContext = { ipAddress: '1.2.3.4', risk: { score: 3 } };
    const session = await service.createSession({ identityId: 'u1', trustContext });
    expect(session).toMatchObject({
      identityId: 'u1',
      status: 'active',
      trustContext: { ipAddress: '1.2.3.4', risk: { score: 3 } },
      createdAt: new Date(start),
      expiresAt: new Date(start + 30 * minute),
      absoluteExpiresAt: new Date(start + 30 * day),
    });
    trustContext.risk.score = 9;
    expect(await service.validateSession(session.id)).toEqual(session);
  });

  test('S6: has the lives of its service, or its own', async () => {
    const { service } = createWorld({ idleTTLMinutes: 5, absoluteTTLMinutes: 60 });
    const lives = ({ expiresAt, absoluteExpiresAt }: Session): number[] =>
      [expiresAt, absoluteExpiresAt].map((at) => (at.getTime() - start) / minute);
    expect(lives(await service.createSession({ identityId: 'u1' }))).toEqual([5, 60]);
    expect(lives(await service.createSession({ identityId: 'u1', idleTTLMinutes: 10 }))).toEqual([10, 60]);
    expect(lives(await service.createSession({ identityId: 'u1', absoluteTTLMinutes: 2 }))).toEqual([2, 2]);
  });

  test('S43: refreshed, begins its window anew, never past its absolute end; the id stays', async () => {
    const { service, clock } = createWorld({ idleTTLMinutes: 30, absoluteTTLMinutes: 45 });
    const { id } = await service.createSession({ identityId: 'u1' });
    clock.at += 10 * minute;
    const refreshed = await service.refreshSession(id);
    expect(refreshed).toMatchObject({
      id,
      expiresAt: new Date(clock.at + 30 * minute),
      lastRefreshedAt: new Date(clock.at),
    });
    clock.at += 10 * minute;
    expect((await service.refreshSession(id)).expiresAt).toEqual(new Date(start + 45 * minute));
  });

  test('S6: is refreshed by its own window, also by a service that has another', async () => {
    const { service, repository, bus, clock } = createWorld();
    const { id } = await service.createSession({ identityId: 'u1', idleTTLMinutes: 10 });
    const other = new SessionService(repository, bus, { clock, idleTTLMinutes: 90 });
    expect((await other.refreshSession(id)).expiresAt).toEqual(new Date(start + 10 * minute));
  });

  test.each([
    ['inclusive', 'window', 30 * minute, 0],
    ['exclusive', 'window', 30 * minute, -1],
    ['inclusive', 'absolute', 45 * minute, 0],
    ['exclusive', 'absolute', 45 * minute, -1],
  ] as const)(
    'S45: with the %s boundary of its %s end it is good until then, and not after',
    async (boundary, end, at, last) => {
      const { service, clock } = createWorld({ boundary, idleTTLMinutes: 30, absoluteTTLMinutes: 45 });
      const { id } = await service.createSession({ identityId: 'u1' });
      if (end === 'absolute') {
        clock.at = start + 29 * minute;
        await service.refreshSession(id);
      }
      clock.at = start + at + last;
      const session = await service.validateSession(id);
      expect(session.expiresAt).toEqual(new Date(start + at));
      clock.at += 1;
      await expect(service.validateSession(id)).rejects.toMatchObject({
        name: 'SessionExpiredError',
        reason: end === 'absolute' ? 'absolute' : 'idle',
      });
    },
  );

  test('S22: that has expired is not refreshed, and is stored as it was', async () => {
    const world = createWorld();
    const { service, repository, clock } = world;
    const session = await service.createSession({ identityId: 'u1' });
    clock.at += 30 * minute + 1;
    await expect(service.refreshSession(session.id)).rejects.toBeInstanceOf(SessionExpiredError);
    expect(await repository.findById(session.id)).toEqual(session);
    expect(typesOf(world)).toEqual(['SESSION_CREATED']);
  });

  test('S23 S49: that was revoked says so before it says that it expired', async () => {
    const { service, clock } = createWorld();
    const { id } = await service.createSession({ identityId: 'u1' });
    await service.revokeSession(id);
    for (const later of [0, 31 * minute, 31 * day]) {
      clock.at = start + later;
      for (const use of [service.validateSession(id), service.refreshSession(id)])
        await expect(use).rejects.toBeInstanceOf(SessionRevokedError);
    }
  });

  test('that does not exist is not found', async () => {
    const { service } = createWorld();
    for (const use of [service.validateSession('x'), service.refreshSession('x'), service.revokeSession('x')])
      await expect(use).rejects.toMatchObject({ name: 'SessionNotFoundError', code: 'SESSION_NOT_FOUND' });
    await expect(service.validateSession('x')).rejects.toBeInstanceOf(SessionNotFoundError);
  });

  test('S46: is looked at without being changed', async () => {
    const world = createWorld();
    const { service, repository, clock } = world;
    const session = await service.createSession({ identityId: 'u1' });
    clock.at += minute;
    await service.validateSession(session.id);
    expect(await repository.findById(session.id)).toEqual(session);
    expect(typesOf(world)).toEqual(['SESSION_CREATED']);
  });
});

describe('revoking', () => {
  test('S18: twice is the same as once', async () => {
    const world = createWorld();
    const { id } = await world.service.createSession({ identityId: 'u1' });
    await world.service.revokeSession(id);
    const before = await world.repository.findById(id);
    world.clock.at += minute;
    await world.service.revokeSession(id);
    expect(await world.repository.findById(id)).toEqual(before);
    expect(before).toMatchObject({ status: 'revoked', revokedAt: new Date(start) });
    expect(typesOf(world)).toEqual(['SESSION_CREATED', 'SESSION_REVOKED']);
  });

  test('S20: everything of an identity counts what was live', async () => {
    const world = createWorld();
    const { service, clock } = world;
    expect(await service.revokeAllForIdentity('u1')).toBe(0);
    await service.createSession({ identityId: 'u1', idleTTLMinutes: 1 });
    const revoked = await service.createSession({ identityId: 'u1' });
    const other = await service.createSession({ identityId: 'u2' });
    await service.createSession({ identityId: 'u1' });
    await service.createSession({ identityId: 'u1' });
    await service.revokeSession(revoked.id);
    clock.at += 2 * minute;
    expect(await service.revokeAllForIdentity('u1')).toBe(2);
    expect(await service.revokeAllForIdentity('u1')).toBe(0);
    expect(await service.validateSession(other.id)).toMatchObject({ status: 'active' });
    expect(typesOf(world).filter((type) => type === 'SESSION_REVOKED')).toHaveLength(3);
  });

  test('S22: while a refresh is on its way wins', async () => {
    const inner = new InMemorySessionRepository();
    let interrupt: () => Promise<unknown> = async () => undefined;
    const repository: SessionRepository = {
      insert: (session) => inner.insert(session),
      findById: (id) => inner.findById(id),
      findByIdentity: (id) => inner.findByIdentity(id),
      replace: async (session, ifVersion) => {
        const now = interrupt;
        interrupt = async () => undefined;
        await now();
        return inner.replace(session, ifVersion);
      },
    };
    const { service } = createWorld({}, repository);
    const { id } = await service.createSession({ identityId: 'u1' });
    interrupt = () => service.revokeSession(id);
    await expect(service.refreshSession(id)).rejects.toBeInstanceOf(SessionRevokedError);
    expect(await inner.findById(id)).toMatchObject({ status: 'revoked' });
  });
});

describe('events', () => {
  test('S96: are told once the session is stored, with what they are about', async () => {
    const { service, repository, bus, clock } = createWorld();
    const seen: unknown[] = [];
    bus.subscribe('*', async ({ type, payload: { sessionId } }) => {
      seen.push([type, (await repository.findById(sessionId))?.status]);
    });
    const { id } = await service.createSession({ identityId: 'u1' });
    clock.at += minute;
    await service.refreshSession(id);
    await service.revokeSession(id);
    expect(seen).toEqual([
      ['SESSION_CREATED', 'active'],
      ['SESSION_REFRESHED', 'active'],
      ['SESSION_REVOKED', 'revoked'],
    ]);
  });

  test('S96: say who, which and when', async () => {
    const world = createWorld();
    const { id } = await world.service.createSession({ identityId: 'u1' });
    expect(world.events).toEqual([
      { type: 'SESSION_CREATED', occurredAt: new Date(start), payload: { sessionId: id, identityId: 'u1' } },
    ]);
  });

  test('S96: of a bus that fails undo nothing, and nobody is kept from going on', async () => {
    const errors: unknown[] = [];
    const clock = { now: () => start };
    const repository = new InMemorySessionRepository();
    const bus = { publish: async () => Promise.reject(new Error('no bus')) };
    const service = new SessionService(repository, bus, { clock, onError: (error) => errors.push(error) });
    const { id } = await service.createSession({ identityId: 'u1' });
    await service.revokeSession(id);
    expect(await repository.findById(id)).toMatchObject({ status: 'revoked' });
    expect(errors).toEqual([new Error('no bus'), new Error('no bus')]);
    const silent = new SessionService(repository, bus, { clock });
    expect(await silent.createSession({ identityId: 'u1' })).toMatchObject({ status: 'active' });
  });
});

test('S102: a repository answers copies', async () => {
  const { service, repository } = createWorld();
  const session = await service.createSession({ identityId: 'u1' });
  session.expiresAt.setTime(0);
  (await repository.findById(session.id))!.status = 'revoked';
  (await repository.findByIdentity('u1'))[0]!.trustContext['ipAddress'] = 'changed';
  const { status, trustContext } = await service.validateSession(session.id);
  expect([status, trustContext]).toEqual(['active', {}]);
});

test('S102: a repository of somebody else is enough', async () => {
  const rows = new Map<string, string>();
  const dates = new Set(['createdAt', 'lastRefreshedAt', 'revokedAt', 'expiresAt', 'absoluteExpiresAt']);
  const read = (text: string): Session =>
    JSON.parse(text, (key, value: unknown) =>
      dates.has(key) && value !== null ? new Date(String(value)) : value,
    ) as Session;
  const repository: SessionRepository = {
    insert: async (session) => void rows.set(session.id, JSON.stringify(session)),
    findById: async (id) => (rows.has(id) ? read(rows.get(id)!) : null),
    findByIdentity: async (id) => [...rows.values()].map(read).filter(({ identityId }) => identityId === id),
    replace: async (session, ifVersion) => {
      if (read(rows.get(session.id)!).version !== ifVersion) return false;
      rows.set(session.id, JSON.stringify(session));
      return true;
    },
  };
  let last = 0;
  const { service, clock } = createWorld({ idFactory: () => `s${++last}` }, repository);
  const { id } = await service.createSession({ identityId: 'u1' });
  clock.at += minute;
  expect(await service.refreshSession(id)).toMatchObject({ id: 's1', version: 2 });
  expect(await service.revokeAllForIdentity('u1')).toBe(1);
  await expect(service.validateSession(id)).rejects.toBeInstanceOf(SessionRevokedError);
});

test('lives that are none are refused at once', async () => {
  for (const minutes of [0, -1, Number.NaN, Infinity]) {
    expect(() => createWorld({ idleTTLMinutes: minutes })).toThrow(/cannot be used/);
    const { service } = createWorld();
    await expect(service.createSession({ identityId: 'u1', absoluteTTLMinutes: minutes })).rejects.toMatchObject({
      code: 'invalid_duration',
    });
  }
  await expect(createWorld().service.createSession({ identityId: '' })).rejects.toMatchObject({
    code: 'invalid_argument',
  });
});

test('ids are random UUIDs, by the clock of the machine, when nobody says otherwise', async () => {
  const service = new SessionService(new InMemorySessionRepository(), new InMemoryEventBus());
  const { id, createdAt } = await service.createSession({ identityId: 'u1' });
  expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(createdAt.getTime()).toBeGreaterThan(start);
  expect(await service.validateSession(id)).toMatchObject({ id });
});
