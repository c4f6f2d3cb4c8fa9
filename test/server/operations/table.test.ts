import { describe, expect, test } from 'vitest';
import { jsonSchemaOf } from '../../../src/server/operations/json-schema.ts';
import { pathMembers } from '../../../src/server/operations/route-path.ts';
import { allOperations } from '../../../src/server/operations/table.ts';
import { localWorld } from '../remote/local-world.ts';

const operations = allOperations();
/** Members of the engine that are told by a stream, or that are nobody else's business. */
const notOperations = ['sessions.subscribe', 'sessions.close', 'data.mutate', 'scoped.mutate'];
const groups = ['data', 'scoped', 'types', 'users', 'remember'] as const;
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe('the table of operations', () => {
  test('has every member of the engine', () => {
    const { sessions } = localWorld();
    const own = Object.entries(sessions).filter(([, member]) => typeof member === 'function');
    const members = [
      ...own.map(([name]) => (name === 'events' ? 'events.list' : `sessions.${name}`)),
      ...groups.flatMap((group) => Object.keys(sessions[group]).map((name) => `${group}.${name}`)),
    ].map(snakeCase);
    // Those of the engine that work beside the interface.
    const inside = ['types.resolve', 'types.check', 'types.check_data'];
    const expected = members.filter((name) => !notOperations.includes(name) && !inside.includes(name));
    const names = operations.map(({ name }) => name);
    expect(names.toSorted()).toEqual([...expected, 'data.get_value', 'scoped.swap'].toSorted());
  });

  test('has every name and every route once', () => {
    const routes = operations.map(({ route }) => `${route.method} ${route.path.replaceAll(/:\w+/g, ':')}`);
    expect(new Set(routes).size).toBe(operations.length);
    expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
  });

  test.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s has a summary, an input that is strict, and a route that fits',
    (_name, { summary, input, answer, route, effect, overwrites, repeatable }) => {
      expect(summary).toMatch(/^[A-Z].{20,}\.$/);
      const schema = jsonSchemaOf(input) as { properties: object; required?: string[]; additionalProperties: boolean };
      expect(schema).toMatchObject({ $schema: expect.stringContaining('2020-12'), type: 'object' });
      expect(schema.additionalProperties).toBe(false);
      expect(schema.required ?? []).toEqual(expect.arrayContaining(pathMembers(route)));
      expect(jsonSchemaOf(answer)).toMatchObject({ $schema: expect.any(String) });
      if (effect === 'read') expect(repeatable).toBe(true);
      if (route.method === 'GET') expect(effect).toBe('read');
      if (overwrites) expect(effect).toBe('write');
      expect(Object.keys(schema.properties).every((name) => /^[a-z_]+$/.test(name))).toBe(true);
    },
  );

  test('asks for nothing in a query but texts, numbers and yes or no', () => {
    const kinds = operations
      .filter(({ route }) => /^(GET|DELETE)$/.test(route.method))
      .flatMap(({ name, input, route }) => {
        const { properties } = jsonSchemaOf(input) as { properties: Record<string, { type?: string }> };
        return Object.entries(properties)
          .filter(([member]) => !pathMembers(route).includes(member))
          .map(([member, { type }]) => `${name} ${member}: ${type}`);
      });
    expect(kinds.filter((kind) => !/: (string|number|integer|boolean)$/.test(kind))).toEqual([]);
    expect(kinds.length).toBeGreaterThan(5);
  });
});
