import type { Note, NoteStore } from '../../engine/store.ts';
import type { Context } from './context.ts';
import { marked, unmarked, type Value } from './fields.ts';
import { nameOf, orderedName } from '../ordered-name.ts';

/** Notes: a key each, and an index for each area, all of an area in one slot. */
export function createNotes({ connection, keys, clock, timeOf }: Context): NoteStore {
  const read = (area: string, name: string): string[] => ['hmget', keys.note(area, name), 'v', 'n', 'x'];
  const keysOf = (area: string, ...names: string[]): string[] => [
    keys.notes(area),
    ...names.map((name) => keys.note(area, name)),
  ];

  return {
    note: async (area, key, at) => {
      const index = keys.notes(area);
      const commands = [read(area, orderedName(key)), ['time']];
      const [found, time] = (await connection.transaction(index, commands)) as [Value[], unknown];
      return noteOf(key, found, timeOf(time, at));
    },
    notes: async (area, { limit, after }, at) => {
      const index = keys.notes(area);
      const there: Note[] = [];
      for (let from = after === null ? '-' : `(${orderedName(after)}`; there.length < limit;) {
        const range = ['zrangebylex', index, from, '+', 'LIMIT', '0', String(limit)];
        const names = (await connection.send(index, range)) as string[];
        const last = names.at(-1);
        if (last === undefined) break;
        const commands = [['time'], ...names.map((name) => read(area, name))];
        const [time, ...found] = (await connection.transaction(index, commands)) as [unknown, ...Value[][]];
        const notes = names.map((name, i) => noteOf(nameOf(name), found[i]!, timeOf(time, at)));
        there.push(...notes.filter((note) => note !== null));
        const gone = names.filter((_, i) => notes[i] === null);
        if (gone.length > 0) await connection.run('pruneNotes', keysOf(area, ...gone), [clock(at), ...gone]);
        from = `(${last}`;
      }
      return there.slice(0, limit);
    },
    putNote: async (area, key, { value, expiresAt, ifVersion }, at) => {
      const name = orderedName(key);
      const args = [clock(at), name, marked(value), ...[expiresAt, ifVersion].map((number) => String(number ?? ''))];
      const version = Number(await connection.run('putNote', keysOf(area, name), args));
      return version < 0 ? null : version;
    },
    dropNote: async (area, key, at) => {
      const name = orderedName(key);
      return Number(await connection.run('dropNote', keysOf(area, name), [clock(at), name])) === 1;
    },
  };
}

function noteOf(key: string, [value, version, end]: Value[], now: number): Note | null {
  const text = unmarked(value);
  if (text === null || (end != null && now >= Number(end))) return null;
  return { key, value: text, version: Number(version), expiresAt: end == null ? null : Number(end) };
}
