import { describe, expect, test } from 'vitest';
import { measureSize } from '../../scripts/measure-size.ts';
import { budgets, forbidden } from '../../scripts/size-budgets.ts';

describe.each(budgets)('$name', ({ code, external, bytes: most }) => {
  test(`L5: weighs at most ${most} bytes, minified and brotli-compressed`, async () => {
    const { bytes } = await measureSize(code, external);
    expect(bytes).toBeGreaterThan(100);
    expect(bytes).toBeLessThanOrEqual(most);
  });
});

test('L5: the client entry holds its own code and the packages it is made of', async () => {
  const { inputs } = await measureSize("export * from 'sojourn';");
  const packages = new Set(inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
  expect(packages).toContain('idb-keyval');
  expect(packages).toContain('zod');
  expect(inputs).toContain('src/index.ts');
});

test('L5: broadcast-channel is loaded on demand', async () => {
  const { onDemand, shares } = await measureSize("export * from 'sojourn';");
  expect(onDemand.length).toBeGreaterThan(0);
  expect(shares.map((share) => share.name)).not.toContain('broadcast-channel');
});

test.each(forbidden)('L5: the client entry holds no $name', async ({ inputs: pattern }) => {
  const { inputs } = await measureSize("export * from 'sojourn';");
  expect(inputs.filter((input) => pattern.test(input))).toEqual([]);
});

test.each([
  ['jose', "import { jwtVerify } from 'jose'; console.log(jwtVerify);"],
  ['hono', "import { Hono } from 'hono'; console.log(Hono);"],
  ['ky', "import ky from 'ky'; console.log(ky);"],
  ['full zod', "import { z } from 'zod'; console.log(z.string());"],
  ['full zod', "import * as z from 'zod/v4'; console.log(z.string());"],
  ['server code', "import * as verify from 'sojourn/server/verify'; console.log(verify);"],
  ['react', "import * as react from 'sojourn/react'; console.log(react);"],
])('the check finds %s when it is there', async (name, code) => {
  const { inputs } = await measureSize(code);
  const found = forbidden.filter((one) => inputs.some((input) => one.inputs.test(input))).map((one) => one.name);
  expect(found).toContain(name);
});
