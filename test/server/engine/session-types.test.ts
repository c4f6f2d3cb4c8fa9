import { beforeEach, describe, expect, test } from 'vitest';
import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import type { NewTypeDefinition } from '../../../src/server/engine/session-types.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createWorld, day, hour, mac, minute, type World } from './world.ts';

const visit: NewTypeDefinition = {
  tag: 'visit',
  name: 'Visit',
  description: 'Somebody looks around',
  schema: { userId: 'user_1', details: { username: 'countess' } },
  selector: '$Session{userId}',
  windowMs: 7 * day,
};

describe('session types in the store', () => {
  let world: World;

  beforeEach(() => {
    world = createWorld(createMemoryStore());
  });

  test('S70: are kept as they were given, with defaults for the rest', async () => {
    const kept = await world.sessions.types.define(visit);
    const now = world.clock.at;
    expect(kept).toEqual({
      ...visit,
      encrypt: false,
      idleTimeoutMs: null,
      absoluteMs: undefined,
      renewal: 'none',
      custom: null,
      createdAt: now,
      updatedAt: now,
    });
    expect(await world.sessions.types.get('visit')).toEqual(kept);
    expect(await world.sessions.types.define({ tag: 'bare' })).toMatchObject({
      name: 'bare',
      description: '',
      schema: null,
      selector: null,
      windowMs: null,
    });
  });

  test('S70: have a tag of their own, also against types in code, the plain one and the one of remember tokens', async () => {
    world = createWorld(createMemoryStore(), { types: { coded: {} } });
    await world.sessions.types.define(visit);
    for (const tag of ['visit', 'coded', 'default', 'remember'])
      await expect(world.sessions.types.define({ ...visit, tag, name: 'Another' })).rejects.toMatchObject({
        code: 'session_type_exists',
        status: 409,
      });
    expect(await world.sessions.types.get('visit')).toMatchObject({ name: 'Visit' });
    expect(await world.sessions.types.list()).toHaveLength(1);
  });

  test('S70: of two that define one tag at the same time one succeeds', async () => {
    const both = await Promise.allSettled([
      world.sessions.types.define({ ...visit, name: 'one' }),
      world.sessions.types.define({ ...visit, name: 'two' }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test.each<[string, Partial<NewTypeDefinition>, string]>([
    ['a tag with a space', { tag: 'a b' }, 'invalid_argument'],
    ['an empty tag', { tag: '' }, 'invalid_argument'],
    ['a tag of 65 characters', { tag: 'a'.repeat(65) }, 'invalid_argument'],
    ['a window of no time', { windowMs: 0 }, 'invalid_duration'],
    ['an idle limit below zero', { idleTimeoutMs: -1 }, 'invalid_duration'],
    ['an absolute end that is no number', { absoluteMs: Number.NaN }, 'invalid_duration'],
    ['a life of eleven years', { windowMs: 11 * 365 * day }, 'invalid_duration'],
    ['a renewal of its own making', { renewal: 'often' as never }, 'invalid_argument'],
    ['encryption that is neither on nor off', { encrypt: 'yes' as never }, 'invalid_argument'],
    ['a schema that is a list', { schema: [] as never, selector: null }, 'data_invalid'],
    ['a schema with a function in it', { schema: { userId: (() => 1) as never } }, 'data_invalid'],
    ['a schema that leads to a prototype', { schema: JSON.parse('{"userId":"a","__proto__":{}}') }, 'data_invalid'],
    ['a bare selector', { selector: 'userId' }, 'invalid_selector'],
    ['a description without end', { description: 'x'.repeat(3000) }, 'invalid_argument'],
    ['a schema without end', { schema: { userId: 'x'.repeat(70_000) } }, 'payload_too_large'],
  ])('S70: refuse %s', async (_, wrong, code) => {
    await expect(world.sessions.types.define({ ...visit, ...wrong })).rejects.toMatchObject({ code });
    expect(await world.sessions.types.list()).toEqual([]);
  });

  test.each([
    '$Session{details}',
    '$Session{missing}',
    '$Session{details}{missing}',
    '$Session{list}',
    '$Session{nothing}',
  ])('S78: refuse a selector that leads to no text, number or boolean: %s', async (selector) => {
    const schema = { ...visit.schema, list: ['a'], nothing: null };
    await expect(world.sessions.types.define({ ...visit, schema, selector })).rejects.toMatchObject({
      code: 'invalid_selector',
    });
  });

  test('S71: change what is given, and keep the rest', async () => {
    const kept = await world.sessions.types.define(visit);
    world.clock.at += hour;
    const changed = await world.sessions.types.update('visit', { windowMs: 14 * day });
    expect(changed).toEqual({ ...kept, windowMs: 14 * day, updatedAt: world.clock.at });
    expect(await world.sessions.types.get('visit')).toEqual(changed);
    await expect(world.sessions.types.update('missing', { name: 'x' })).rejects.toMatchObject({
      code: 'session_type_not_found',
      status: 404,
    });
  });

  test('S71: hold a changed schema and the selector against each other', async () => {
    await world.sessions.types.define(visit);
    for (const patch of [{ schema: { id: 'string' } }, { selector: '$Session{details}' }, { selector: 'userId' }])
      await expect(world.sessions.types.update('visit', patch)).rejects.toMatchObject({ code: 'invalid_selector' });
    const both = { schema: { id: 'string' }, selector: '$Session{id}' };
    expect(await world.sessions.types.update('visit', both)).toMatchObject(both);
  });

  test('S71: lose no change that others make at the same time', async () => {
    await world.sessions.types.define(visit);
    await Promise.all([
      world.sessions.types.update('visit', { name: 'Name' }),
      world.sessions.types.update('visit', { description: 'Description' }),
      world.sessions.types.update('visit', { encrypt: true }),
    ]);
    expect(await world.sessions.types.get('visit')).toMatchObject({
      name: 'Name',
      description: 'Description',
      encrypt: true,
    });
  });

  test('S72: are listed by tag, all of them, however many', async () => {
    expect(await world.sessions.types.list()).toEqual([]);
    const tags = Array.from({ length: 450 }, (_, at) => `t${String(at * 7919).padStart(8, '0')}`);
    for (const tag of tags) await world.sessions.types.define({ tag });
    expect((await world.sessions.types.list()).map(({ tag }) => tag)).toEqual(tags.toSorted());
  });

  test('S73: are null where there is none; what was read is a copy', async () => {
    expect(await world.sessions.types.get('visit')).toBeNull();
    await world.sessions.types.define(visit);
    const read = (await world.sessions.types.get('visit'))!;
    read.schema!['userId'] = 7;
    read.name = 'Changed';
    expect(await world.sessions.types.get('visit')).toMatchObject({ name: 'Visit', schema: visit.schema });
  });

  test('S74: go when no session of them lives', async () => {
    await world.sessions.types.define(visit);
    const { session } = await world.sessions.create({ type: 'visit', data: { userId: 'ada' } });
    await expect(world.sessions.types.remove('visit')).rejects.toMatchObject({ code: 'version_conflict', status: 409 });
    expect(await world.sessions.get(session.id)).not.toBeNull();
    await world.sessions.revoke(session.id, 'revoked');
    expect(await world.sessions.types.remove('visit')).toBe(true);
    expect(await world.sessions.types.remove('visit')).toBe(false);
    await expect(world.sessions.create({ type: 'visit', userId: 'ada' })).rejects.toMatchObject({
      code: 'session_type_not_found',
      status: 404,
    });
  });

  test('S74: go by force together with their sessions, which say so, and with no others', async () => {
    await world.sessions.types.define(visit);
    const ids: string[] = [];
    for (let each = 0; each < 250; each++)
      ids.push((await world.sessions.create({ type: 'visit', data: { userId: `user ${each % 9}` } })).session.id);
    const other = await world.sessions.create({ userId: 'user 1' });
    const told: string[] = [];
    world.sessions.subscribe(({ type, sessionId }) => void (type === 'session.revoked' && told.push(sessionId!)));
    expect(await world.sessions.types.remove('visit', { force: true })).toBe(true);
    for (const id of ids) expect(await world.sessions.inspect(id)).toMatchObject({ endReason: 'revoked' });
    expect(told.toSorted()).toEqual(ids.toSorted());
    expect(await world.sessions.get(other.session.id)).not.toBeNull();
  });
});

describe('sessions of a type', () => {
  let world: World;

  beforeEach(async () => {
    world = createWorld(createMemoryStore(), {
      types: { coded: { window: '1h', selector: '$Session{who}', schema: { who: 'string', count: 'number' } } },
    });
    await world.sessions.types.define(visit);
  });

  test('S82: last as long as their type says, and belong to whom their data names', async () => {
    const { session } = await world.sessions.create({ type: 'visit', data: { userId: 'ada' } });
    expect(session).toMatchObject({
      type: 'visit',
      userId: 'ada',
      windowEndsAt: world.clock.at + 7 * day,
      idleTimeoutMs: null,
      renewal: 'none',
      data: { userId: 'ada' },
    });
    const short = { idleTimeoutMs: 5 * minute, absoluteMs: hour, windowMs: null, renewal: 'access' } as const;
    await world.sessions.types.update('visit', short);
    expect((await world.sessions.create({ type: 'visit', userId: 'bo' })).session).toMatchObject({
      userId: 'bo',
      windowEndsAt: null,
      idleTimeoutMs: 5 * minute,
      absoluteEndsAt: world.clock.at + hour,
      renewal: 'access',
    });
    expect(await world.sessions.get(session.id)).toMatchObject({ windowEndsAt: world.clock.at + 7 * day });
  });

  test('S79: are refused when nobody is named', async () => {
    for (const data of [{}, { userId: '' }, { details: {} }])
      await expect(world.sessions.create({ type: 'visit', data })).rejects.toMatchObject({
        code: 'selector_unresolved',
      });
    await expect(world.sessions.create({ type: 'coded' })).rejects.toMatchObject({ code: 'selector_unresolved' });
    expect((await world.sessions.create({ type: 'coded', data: { who: 'ada' } })).session.userId).toBe('ada');
  });

  test.each<[unknown, string]>([
    [{ userId: 'ada', details: { username: 7 } }, 'details.username'],
    [{ userId: 'ada', details: 'text' }, 'details'],
    [{ userId: 'ada', details: null }, 'details'],
    [{ userId: 'ada', details: [] }, 'details'],
    [{ userId: 7 }, 'userId'],
    [{ userId: true }, 'userId'],
  ])('S76: refuse data of another kind and say where: %j', async (data, path) => {
    await expect(world.sessions.create({ type: 'visit', userId: 'ada', data: data as never })).rejects.toMatchObject({
      code: 'data_invalid',
      status: 422,
      message: expect.stringContaining(`'${path}'`) as unknown,
    });
  });

  test('S75: take a sample, or the name of a kind, for the kind', async () => {
    const schema = {
      text: 'anything',
      named: 'string',
      number: 7,
      count: 'number',
      flag: true,
      isIt: 'boolean',
      list: ['a', 7],
      rows: [{ amount: 'number' }],
      any: null,
      some: [],
    };
    await world.sessions.types.define({ tag: 'all', schema });
    const good = {
      text: '',
      named: 'x',
      number: 0,
      count: -1.5,
      flag: false,
      isIt: true,
      list: ['b', 'c'],
      rows: [{ amount: 1, more: 'x' }, {}],
      any: { a: [1] },
      some: [1, 'a'],
    };
    const create = (data: object): Promise<unknown> =>
      world.sessions.create({ type: 'all', userId: 'ada', data: data as never });
    await create(good);
    await create({});
    for (const [key, wrong] of Object.entries({
      text: 1,
      named: true,
      number: '7',
      count: '7',
      flag: 'true',
      isIt: 0,
      list: ['a', 7],
      rows: [{ amount: '1' }],
      some: {},
    }))
      await expect(create({ ...good, [key]: wrong })).rejects.toMatchObject({
        code: 'data_invalid',
        message: expect.stringContaining(`'${key}`) as unknown,
      });
  });

  test('S76: allow keys that the schema does not name', async () => {
    const data = { userId: 'ada', extra: { deep: [1] }, details: { username: 'countess', more: 1 } };
    const { session } = await world.sessions.create({ type: 'visit', data });
    expect(session.data).toEqual(data);
  });

  test('S76: hold every later write to the schema, of types in the store and in code', async () => {
    for (const [type, data] of [
      ['visit', { userId: 'ada' }],
      ['coded', { who: 'ada' }],
    ] as const) {
      const { session } = await world.sessions.create({ type, data });
      const wrong = type === 'visit' ? { details: 7 } : { count: 'many' };
      const [key, value] = Object.entries(wrong)[0]!;
      const writes = [
        () => world.sessions.data.set(session.id, key, value),
        () => world.sessions.data.update(session.id, wrong),
        () => world.sessions.data.merge(session.id, wrong),
        () => world.sessions.data.replace(session.id, wrong),
        () => world.sessions.data.mutate(session.id, key, () => value),
      ];
      for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'data_invalid' });
      expect(await world.sessions.data.get(session.id)).toEqual(data);
      await world.sessions.data.set(session.id, 'extra', 1);
    }
  });

  test('S76: follow a schema that was changed meanwhile, also by another server', async () => {
    const other = createWorld(world.store);
    const { session } = await world.sessions.create({ type: 'visit', data: { userId: 'ada', size: 1 } });
    await world.sessions.data.set(session.id, 'size', 2);
    await other.sessions.types.update('visit', { schema: { userId: 'string', size: 'string' } });
    await expect(world.sessions.data.set(session.id, 'size', 3)).rejects.toMatchObject({ code: 'data_invalid' });
    await world.sessions.data.set(session.id, 'size', 'three');
  });

  test('S82: follow a type that another server removed and made anew', async () => {
    const other = createWorld(world.store);
    const create = async (): Promise<unknown> =>
      (await world.sessions.create({ type: 'again', userId: 'ada' })).session.windowEndsAt;
    await other.sessions.types.define({ tag: 'again', windowMs: day });
    expect(await create()).toBe(world.clock.at + day);
    await other.sessions.types.remove('again', { force: true });
    await other.sessions.types.define({ tag: 'again', windowMs: hour });
    expect(await create()).toBe(world.clock.at + hour);
  });

  test('S80: of several types belong to one user, each with its own data and end', async () => {
    const visits = await world.sessions.create({ type: 'visit', data: { userId: 'ada' } });
    const coded = await world.sessions.create({ type: 'coded', data: { who: 'ada' } });
    expect((await world.sessions.list('ada')).sessions).toHaveLength(2);
    expect((await world.sessions.list('ada', { type: 'visit' })).sessions.map(({ id }) => id)).toEqual([
      visits.session.id,
    ]);
    world.clock.at += 2 * hour;
    expect(await world.sessions.isValid(coded.session.id)).toBe(false);
    expect(await world.sessions.isValid(visits.session.id)).toBe(true);
    expect(await world.sessions.revokeOfType('ada', 'visit')).toEqual({ count: 1 });
  });

  test('S82: of an unknown type are refused', async () => {
    for (const type of ['missing', 'constructor', 'toString', ''])
      await expect(world.sessions.create({ type, userId: 'ada' })).rejects.toMatchObject({
        code: 'session_type_not_found',
      });
  });

  test('cost the store nothing for their type, when that is in code or none', async () => {
    const store = createMemoryStore();
    let reads = 0;
    const counted = createWorld(
      { ...store, note: (area, ...rest) => ((reads += area === 'types' ? 1 : 0), store.note(area, ...rest)) },
      { types: { coded: { schema: { a: 'number' } } } },
    );
    for (const type of ['coded', 'default', undefined]) {
      const { session } = await counted.sessions.create({ userId: 'ada', ...(type === undefined ? {} : { type }) });
      await counted.sessions.data.set(session.id, 'a', 1);
    }
    expect(reads).toBe(0);
  });

  test('are not offered by an engine whose types in code cannot be used', () => {
    const options = {
      store: world.store,
      clock: world.clock,
      mac,
      random: { bytes: (n: number) => new Uint8Array(n) },
    };
    expect(() => createSessions({ ...options, types: { a: { selector: 'userId' } } })).toThrow(
      expect.objectContaining({ code: 'invalid_selector' }),
    );
    expect(() => createSessions({ ...options, types: { a: { schema: [] as never } } })).toThrow(
      expect.objectContaining({ code: 'data_invalid' }),
    );
  });
});
