import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { demandNode } from '../../../src/server/node/demand-node.ts';

test.each(['22.13.0', '22.20.1', '24.0.0', '100.1.0'])('Node %s will do', (version) => {
  expect(() => demandNode(version)).not.toThrow();
});

test.each(['20.20.2', '22.12.9', '9.99.0'])('Node %s is refused, and what is needed is said', (version) => {
  expect(() => demandNode(version)).toThrow(
    expect.objectContaining({ code: 'not_supported', message: expect.stringContaining('22.13 or newer') }),
  );
});

test('it is the Node that the package asks for', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  expect(engines.node).toBe('>=22.13');
});
