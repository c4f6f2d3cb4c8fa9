import type { Edit, Twin } from './twin.ts';

const core = 'src/client/core';
const one = (file: string, find: string, put: string): readonly Edit[] => [{ file: `${core}/${file}`, find, put }];

/** Clients that keep or read the record of a session in another way. */
export const recordTwins: readonly Twin[] = [
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
      "return entomb(contents, isMeant, 'signed_out', at, true);\n      });",
      `setTimeoutLike(contents);
        return entomb(contents, isMeant, 'signed_out', at, false);
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
      "return entomb(contents, isMeant, 'signed_out', at, true);",
      `const { record } = contents;
        const entries = record?.kind === 'live' ? withRevocation({ ...contents, outbox: [] }, record, at) : [];
        for (const entry of entries) context.keep(entry);
        return entomb(contents, isMeant, 'signed_out', at, false);`,
    ),
  },
  {
    name: 'missing record read as sign-out',
    edits: one(
      'tab.ts',
      "tab.doom = trouble === 'corrupt' ? 'storage_corrupt' : 'storage_missing';\n        return;",
      "return finish(tombstone(known as LiveRecord, 'signed_out', platform.clock.now()), byThisTab);",
    ),
  },
  {
    name: 'record rebuilt from memory',
    edits: [
      ...one(
        'tab.ts',
        "tab.doom = trouble === 'corrupt' ? 'storage_corrupt' : 'storage_missing';\n        return;",
        'tab.unsaved = true;\n        return;',
      ),
      ...one('owed.ts', 'const behind =\n      record', 'const behind =\n      record === null || record'),
    ],
  },
  {
    name: 'record in sessionStorage under Duplicate tab',
    edits: [
      {
        file: 'test/simulation/play/tabs.ts',
        find: "    case 'duplicate':\n      if (browser.pages.length < 8) browser.open();",
        put: "    case 'duplicate':\n      if (browser.pages.length < 8) browser.open(0, copied(browser.pages[step.at % Math.max(1, browser.pages.length)]));",
      },
      {
        file: 'test/simulation/play/tabs.ts',
        find: '/** Opens tabs, takes them away,',
        put: "function copied(page: Page | undefined): Page['vault'] | undefined {\n  if (!page || page.vault.contents().record?.kind !== 'live') return undefined;\n  const copy = fakeVault(copyClock(page));\n  copy.put(page.vault.contents());\n  return copy;\n}\nconst copyClock = (page: Page) => ({ ...page.tab.clock, after: page.tab.clock.after }) as never;\n\n/** Opens tabs, takes them away,",
      },
      {
        file: 'test/simulation/play/tabs.ts',
        find: 'import { gone,',
        put: "import type { Page } from '../browser.ts';\nimport { fakeVault } from '../../../src/testing/index.ts';\nimport { gone,",
      },
    ],
  },
  {
    name: 'signing key outside the record',
    edits: [
      {
        file: `${core}/refresh-flight.ts`,
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
];
