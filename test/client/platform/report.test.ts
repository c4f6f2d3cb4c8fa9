import { expect, test, vi } from 'vitest';
import { report } from '../../../src/client/platform/report.ts';
import { expectConsole } from '../../support/expect-console.ts';

test('an error of a listener goes where the runtime collects those that nobody caught', () => {
  const collect = vi.fn<(error: unknown) => void>();
  vi.stubGlobal('reportError', collect);
  report('a listener threw');
  expect(collect).toHaveBeenCalledExactlyOnceWith('a listener threw');
  vi.unstubAllGlobals();
});

test('in Node, which collects none and would end the process, it goes to the console', () => {
  expect('reportError' in globalThis).toBe(false);
  expectConsole('error', 'a listener threw');
  report('a listener threw');
});
