import { expect, test } from 'vitest';
import { isStream } from '../../../src/client/http/call.ts';

test.each<[string, unknown, boolean]>([
  ['nothing', undefined, false],
  ['null', null, false],
  ['text', 'text', false],
  ['a form', new FormData(), false],
  ['a blob', new Blob(), false],
  ['bytes', new Uint8Array(), false],
  ['search parameters', new URLSearchParams(), false],
  ['a stream', new ReadableStream(), true],
  ['a stream of Safari, which cannot be iterated', { getReader() {} }, true],
  ['a stream of Node', { async *[Symbol.asyncIterator]() {} }, true],
])('knows %s', (_, body, once) => {
  expect(isStream(body)).toBe(once);
});
