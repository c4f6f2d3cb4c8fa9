import type { Edit, Twin } from './twin.ts';

const core = 'src/client/core';
const one = (file: string, find: string, put: string): readonly Edit[] => [{ file: `${core}/${file}`, find, put }];

/** Clients that believe too much of their page: that it runs, that timers come, whose it is. */
export const pageTwins: readonly Twin[] = [
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
    name: 'idle from timers',
    edits: [
      { file: `${core}/idle-watch.ts`, find: 'clock.now()', put: '(base + clock.monotonic())', all: true },
      {
        file: `${core}/idle-watch.ts`,
        find: '  const store = createStore<IdleState>(neverIdle, platform);',
        put: '  const base = platform.clock.now() - platform.clock.monotonic();\n  const store = createStore<IdleState>(neverIdle, platform);',
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
