import type { Edit, Twin } from './twin.ts';

const core = 'src/client/core';
const flight = `${core}/refresh-flight.ts`;
const one = (file: string, find: string, put: string): readonly Edit[] => [{ file: `${core}/${file}`, find, put }];

const theNote = 'const noted = await vault.update((contents) => noteAttempt(contents, pair, random.key(), now));';
const theAgain = 'const again = await vault.read();';
/** The sender looks once more whether the note it made is the one that is there. */
const anyNote: Edit = { file: flight, find: 'late || current.pending?.key !== pending.key', put: 'late' };

/** Clients whose refresh keeps one rule less: what is noted, and when, and what is read again. */
export const refreshTwins: readonly Twin[] = [
  {
    name: 'unconditional vault write',
    edits: one(
      'successor.ts',
      "return record?.kind === 'live' && samePair(record, pair) ? { ...contents, record: next } : contents;",
      'void record; void pair; return { ...contents, record: next };',
    ),
  },
  {
    name: 'condition on the generation alone',
    edits: one('record.ts', 'return a.sessionId === b.sessionId && a.generation', 'return a.generation'),
  },
  {
    name: 'a fresh random key per attempt',
    edits: one('successor.ts', '!samePair(record, pair) || record.pending) return', '!samePair(record, pair)) return'),
  },
  {
    name: 'sending before the note is committed',
    edits: [
      {
        file: flight,
        find: theNote,
        put: `const key = random.key();
  const noted = noteAttempt(await vault.read(), pair, key, now);
  void vault.update((contents) => noteAttempt(contents, pair, key, now)).catch(() => {});`,
      },
      { file: flight, find: theAgain, put: 'const again = noted;' },
    ],
  },
  {
    name: 'retry without re-read',
    edits: [
      { file: flight, find: theAgain, put: 'const again = noted;' },
      { file: flight, find: "case 'granted':\n        return commit", put: "case 'granted':\n        return commit" },
      {
        file: `${core}/successor.ts`,
        find: "if (record?.kind !== 'live' || !samePair(record, pair) || record.pending) return contents;",
        put: "if (record?.kind !== 'live' || record.sessionId !== pair.sessionId) return contents;\n  if (record.generation > pair.generation) return { ...contents, record: { ...(pair as never as typeof record), pending: { key, at } } };\n  if (record.pending) return contents;",
      },
    ],
  },
  {
    name: 'memory key after a failed note',
    edits: [
      {
        file: flight,
        find: theNote,
        put: `const noted = await vault
    .update((contents) => noteAttempt(contents, pair, random.key(), now))
    .catch(async () => noteAttempt(await vault.read(), pair, random.key(), now));`,
      },
      anyNote,
    ],
  },
  {
    name: 'rotating an uncommitted generation',
    edits: [
      {
        file: `${core}/renewal.ts`,
        find: 'if (tab.unsaved && !(await context.owed.settle())) {',
        put: 'if (Date.now() < 0) {',
      },
      {
        file: `${core}/locked-flight.ts`,
        find: 'vault: context.vault(), signal }',
        put: `signal, vault: !tab.unsaved ? context.vault() : {
          ...context.vault(),
          read: async () => ({ record: held, outbox: [], activityAt: null, trouble: null }),
          update: async (change) => {
            const next = change({ record: held, outbox: [], activityAt: null, trouble: null });
            held = next.record;
            return next;
          },
        } }`,
      },
      {
        file: `${core}/locked-flight.ts`,
        find: '  const work = async ()',
        put: '  let held: import("./record.ts").VaultRecord | null = from;\n  const work = async ()',
      },
    ],
  },
  {
    name: 'stale ignored',
    edits: one(
      'refresh-flight.ts',
      "return end(world, record, 'reuse_detected', true);",
      "return failed('timeout', 'Later.');",
    ),
  },
  {
    name: 'no re-read after the lock',
    edits: [
      {
        file: flight,
        find: "if (record?.kind !== 'live' || !samePair(record, pair) || !record.pending) return { kind: 'learnt', contents: noted };",
        put: "const mine = { ...(pair as LiveRecord), pending: { key: random.key(), at: now } };\n  const record: LiveRecord = stored?.kind === 'live' && samePair(stored, pair) && stored.pending ? stored : mine;",
      },
      { file: flight, find: 'const { record } = noted;', put: 'const { record: stored } = noted;' },
      {
        file: flight,
        find: "if (current?.kind !== 'live' || !samePair(current, record)) return { kind: 'learnt', contents: again };",
        put: '',
      },
      { ...anyNote, find: 'late || current.pending?.key !== pending.key' },
      { file: flight, find: 'const current = again.record;', put: 'void again;' },
      { file: `${core}/locked-flight.ts`, find: "isTold() ? { kind: 'told' } : fly", put: 'fly' },
    ],
  },
];
