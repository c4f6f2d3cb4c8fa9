import type { Edit, Twin } from './twin.ts';

const core = 'src/client/core';
const flight = `${core}/refresh-flight.ts`;
const one = (file: string, find: string, put: string): readonly Edit[] => [{ file: `${core}/${file}`, find, put }];

const theNote = 'const noted = await vault.update((contents) => noteAttempt(contents, pair, random.key(), now));';
const theAgain = 'const again = await vault.read();';
/** The sender looks once more whether the note it made is the one that is there. */
const anyNote: Edit = { file: flight, find: 'late || current.pending?.key !== pending.key', put: 'late' };

/** Clients with one rule of the protocol missing. */
export const clientTwins: readonly Twin[] = [
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
  {
    name: 'no abort on pagehide',
    edits: [
      {
        file: 'src/client/platform/while-awake.ts',
        find: "event === 'away' ? end() : event === 'back' && wake()",
        put: "event === 'back' && wake()",
      },
    ],
  },
  {
    name: 'timers trusted',
    edits: [
      { file: `${core}/access.ts`, find: 'if (now < until && now >= from) {', put: 'if (token) {' },
      {
        file: `${core}/access.ts`,
        find: 'if (!tab.armed || !live || !times) return;',
        put: 'if (!live || !times) return;',
      },
    ],
  },
  {
    name: 'tombstone ignored',
    edits: one(
      'change.ts',
      "return known?.kind === 'ended' && known.sessionId === found.sessionId ? 'nothing' : 'ended';",
      "return known?.kind === 'live' ? 'nothing' : 'ended';",
    ),
  },
  {
    name: 'tombstone and outbox in two transactions',
    edits: one(
      'ending.ts',
      "return entomb(contents, () => true, 'signed_out', at, true);\n      });",
      `setTimeoutLike(contents);
        return entomb(contents, () => true, 'signed_out', at, false);
      });
      function setTimeoutLike(before: VaultContents): void {
        const { record } = before;
        if (record?.kind !== 'live') return;
        void context
          .vault()
          .read()
          .then(() => context.vault().update((now) => ({ ...now, outbox: withRevocation(before, record, at) })))
          .then(() => context.flush())
          .catch(() => {});
      }`,
    ),
  },
  {
    name: 'outbox in memory only',
    edits: one(
      'ending.ts',
      "return entomb(contents, () => true, 'signed_out', at, true);",
      "for (const entry of here ? withRevocation({ ...contents, outbox: [] }, here, at) : []) context.keep(entry);\n        return entomb(contents, () => true, 'signed_out', at, false);",
    ),
  },
  {
    name: 'missing record read as sign-out',
    edits: one(
      'tab.ts',
      "tab.doom = contents.trouble === 'corrupt' ? 'storage_corrupt' : 'storage_missing';\n        return;",
      "return finish(tombstone(known as LiveRecord, 'signed_out', platform.clock.now()), byThisTab);",
    ),
  },
  {
    name: 'record rebuilt from memory',
    edits: [
      ...one(
        'tab.ts',
        "tab.doom = contents.trouble === 'corrupt' ? 'storage_corrupt' : 'storage_missing';\n        return;",
        'tab.unsaved = true;\n        return;',
      ),
      ...one('owed.ts', 'const behind =\n      record', 'const behind =\n      record === null || record'),
    ],
  },
  {
    name: 'record in sessionStorage under Duplicate tab',
    edits: [
      {
        file: 'test/simulation/play.ts',
        find: "    case 'duplicate':\n      if (browser.pages.length < 8) browser.open();",
        put: "    case 'duplicate':\n      if (browser.pages.length < 8) browser.open(0, copied(browser.pages[step.at % Math.max(1, browser.pages.length)]));",
      },
      {
        file: 'test/simulation/play.ts',
        find: '/** Carries out one step.',
        put: "function copied(page: Page | undefined): Page['vault'] | undefined {\n  if (!page || page.vault.contents().record?.kind !== 'live') return undefined;\n  const copy = fakeVault(copyClock(page));\n  copy.put(page.vault.contents());\n  return copy;\n}\nconst copyClock = (page: Page) => ({ ...page.tab.clock, after: page.tab.clock.after }) as never;\n\n/** Carries out one step.",
      },
      {
        file: 'test/simulation/play.ts',
        find: 'import { isSessionError }',
        put: "import { fakeVault } from '../../src/testing/index.ts';\nimport { isSessionError }",
      },
    ],
  },
  {
    name: 'signing key outside the record',
    edits: [
      {
        file: flight,
        find: '? await keys.prove(record.key,',
        put: '? await keys.prove(((keys as { first?: typeof record.key }).first ??= record.key) ?? record.key,',
      },
    ],
  },
  {
    name: 'adopting an older pair',
    edits: one(
      'sign-in.ts',
      "record?.sessionId !== grant.sessionId || (record.kind === 'live' && record.generation < grant.generation);",
      'record !== undefined;',
    ),
  },
  {
    name: 'idle from timers',
    edits: [
      { file: `${core}/idle-watch.ts`, find: 'clock.now()', put: '(base + clock.monotonic())', all: true },
      {
        file: `${core}/idle-watch.ts`,
        find: '  const store = createStore<IdleState>(neverIdle);',
        put: '  const base = platform.clock.now() - platform.clock.monotonic();\n  const store = createStore<IdleState>(neverIdle);',
      },
    ],
  },
  {
    name: 'no identity guard',
    edits: [
      ...one('access.ts', 'if (asker !== undefined && record.user.id !== asker) throw anotherPerson();', 'void asker;'),
      ...one(
        'manager-core.ts',
        '!signal.aborted && tab.armed && tab.live()?.user.id === userId',
        '!signal.aborted || userId !== ""',
      ),
    ],
  },
];
