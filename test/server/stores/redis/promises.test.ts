// What rotation promises, on Redis: the suites that every other store passes.
import { vi } from 'vitest';

vi.mock(import('../../rotation/stores-under-test.ts'), async () => {
  const { redisKind } = await import('./redis-kind.ts');
  return { storeKinds: [redisKind] };
});

await import('../../rotation/promises.test.ts');
await import('../../rotation/store-promises.test.ts');
await import('../../rotation/cookies.test.ts');
