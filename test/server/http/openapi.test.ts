import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Hono } from 'hono';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addAdminRoutes } from '../../../src/server/http/admin.ts';
import { createApiKeys } from '../../../src/server/http/admin/api-keys.ts';
import { createMetrics } from '../../../src/server/http/metrics.ts';
import { apiVersion } from '../../../src/server/http/openapi.ts';
import type { OpenapiDocument } from '../../../src/server/http/openapi/document.ts';
import { addRoutes } from '../../../src/server/http/routes.ts';
import type { Service } from '../../../src/server/http/service.ts';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { serverUnderTest } from './server-under-test.ts';

const adminKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';

const servers: Array<[string, Partial<SessionServerOptions>]> = [
  ['that keeps tokens in the page', {}],
  ['in cookie mode', { cookie: true }],
  ['with everything', { adminKeys: [adminKey], introspectionKey: adminKey, metrics: { key: adminKey } }],
];

async function documentOf(options: Partial<SessionServerOptions>): Promise<OpenapiDocument> {
  const { call } = await serverUnderTest(options);
  const answer = await call('GET', '/openapi.json');
  expect(answer.headers.get('content-type')).toBe('application/json');
  return (await answer.json()) as OpenapiDocument;
}

interface Told {
  operationId: string;
  parameters?: Array<{ schema: object; example?: unknown }>;
  responses: Record<string, object>;
}

const operationsOf = ({ paths }: OpenapiDocument): Array<[string, Told]> =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]): [string, Told] => [`${method} ${path}`, told as Told]),
  );

describe.each(servers)('the OpenAPI document of a server %s', (_name, options) => {
  it('is OpenAPI 3.1, and every reference leads somewhere', async () => {
    const validator = new Validator();
    const document = await documentOf(options);
    expect(await validator.validate({ ...document })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)) {
      const [kind = '', name = ''] = reference!.split('/');
      expect(document.components[kind], reference).toHaveProperty([name]);
    }
  });

  it('gives every operation a name of its own, and says that the server may fail', async () => {
    const operations = operationsOf(await documentOf(options));
    const names = operations.map(([, { operationId }]) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const [where, { responses }] of operations) expect(Object.keys(responses), where).toContain('500');
  });

  it('has examples that its schemas allow', async () => {
    const document = await documentOf(options);
    const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
    ajv.addSchema(document, 'document');
    const problemsOf = (schema: object | string, example: unknown): unknown => {
      const check = ajv.compile(typeof schema === 'string' ? { $ref: `document${schema}` } : schema);
      return check(example) ? [] : check.errors;
    };
    let checked = 0;
    for (const [name, schema] of Object.entries(document.components['schemas']!))
      for (const example of (schema as { examples?: unknown[] }).examples ?? []) {
        expect(problemsOf(`#/components/schemas/${name}`, example), name).toEqual([]);
        checked += 1;
      }
    for (const [name, response] of Object.entries(document.components['responses']!)) {
      const { content } = response as { content: Record<string, { example: unknown }> };
      const { example } = content['application/problem+json']!;
      expect(problemsOf('#/components/schemas/Problem', example), name).toEqual([]);
      checked += 1;
    }
    for (const [where, { parameters = [] }] of operationsOf(document))
      for (const { schema, example } of parameters)
        if (example !== undefined) expect(problemsOf(schema, example), where).toEqual([]);
    expect(checked).toBeGreaterThan(15);
  });
});

describe('the OpenAPI document', () => {
  it('names all that a server has, and nothing else', async () => {
    const app = new Hono();
    const service = {
      introspectionKeys: createApiKeys([adminKey], 'Introspection'),
      metrics: createMetrics({}),
    } as unknown as Service;
    addAdminRoutes(app, service, [adminKey]);
    addRoutes(app, service, (_c, next) => next());
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const told = operationsOf(await documentOf(servers[2]![1])).map(([where]) => where);
    expect(told.toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  it('of a server with nothing extra names nothing extra', async () => {
    const paths = Object.keys((await documentOf({})).paths);
    expect(paths.filter((path) => /admin|metrics|introspect/.test(path))).toEqual([]);
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(apiVersion).toBe(version);
  });
});
