import type { Twin } from './twin.ts';

const decide = 'src/server/engine/decide-rotation.ts';
const one = (file: string, find: string, put: string): Twin['edits'] => [{ file, find, put }];

/** Servers with one rule of the protocol missing. */
export const serverTwins: readonly Twin[] = [
  {
    name: 'no replay',
    edits: one(
      decide,
      'const isRetry = matches(record, back, attempt);',
      'const isRetry = back > 0 && matches(record, back, attempt);',
    ),
  },
  { name: 'no key ring', edits: one('src/server/engine/attempts.ts', 'const slots = 5;', 'const slots = 1;') },
  { name: 'blank slots kill', edits: one(decide, "|| (back > 0 && attemptAt(record.attempts, back) === 'blank')", '') },
  {
    name: 'refresh counted as activity',
    edits: one(decide, '    lastRefreshedAt: now,\n', '    lastRefreshedAt: now,\n    lastActivityAt: now,\n'),
  },
  {
    name: 'user epoch as a counter with a TTL',
    edits: one(
      'src/server/stores/memory/users.ts',
      'notBefore: (userId) => users.get(userId)?.notBefore ?? ofEverybody,',
      `notBefore: (userId) => {
      const user = users.get(userId) as (MemoryUser & { asked?: number }) | undefined;
      if (!user?.notBefore) return 0;
      return (user.asked = (user.asked ?? 0) + 1) > 4 ? 0 : user.notBefore;
    },`,
    ),
  },
  {
    name: 'create not durable',
    edits: one(
      'test/simulation/server/replicated-store.ts',
      'create: (user, session, limit, now) => write(now, (to) => to.create(user, session, limit, now), always),',
      'create: (user, session, limit, now) => write(now, (to) => to.create(user, session, limit, now), never),',
    ),
  },
  {
    name: 'unknown key id answered invalid_grant',
    edits: one('src/server/engine/refresh-token.ts', '        unknownKey(keyId);', '        return null;'),
  },
  {
    name: 'replay capped for ever',
    edits: [
      ...one('src/server/engine/rate-limit.ts', 'if (current !== minute) {', 'if (minute === 0) {'),
      ...one('src/server/engine/refresh.ts', 'const replayLimit = 200;', 'const replayLimit = 1;'),
    ],
  },
  {
    name: 'missing proof kills',
    edits: one(
      decide,
      "    return unchanged('wrong_key', record);",
      "    return { answer: { outcome: 'ended', reason: 'reuse_detected' }, write: tombstone(record, 'reuse_detected', now), event: null };",
    ),
  },
  {
    name: 'late Set-Cookie kills',
    edits: one(
      decide,
      'if (isRetry || attempt === null || (back',
      'if ((isRetry && attempt !== null && back < 0) || (back',
    ),
  },
  {
    name: "a thief's proof accepted",
    edits: one(
      decide,
      'if (record.keyThumbprint !== null && record.keyThumbprint !== request.keyThumbprint)',
      'if (record.keyThumbprint !== null && request.keyThumbprint === null)',
    ),
  },
];
