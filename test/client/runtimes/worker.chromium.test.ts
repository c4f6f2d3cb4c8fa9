import { expect, test } from 'vitest';

test('K10: the client runs in a worker, on the same storage as pages', async () => {
  const worker = new Worker(new URL('./worker-program.ts', import.meta.url), { type: 'module' });
  const told = await new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', reject);
  });
  worker.terminate();
  expect(told).toEqual({
    status: 'unauthenticated',
    persistence: 'persistent',
    code: 'unauthenticated',
    hasDocument: false,
  });
});
