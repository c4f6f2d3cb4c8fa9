import type { Note, NoteStore } from '../../engine/store.ts';

/** Notes, and what a sweep needs of them. */
export interface MemoryNotes extends NoteStore {
  note(area: string, key: string, now: number): Note | null;
  notes(area: string, page: { limit: number; after: string | null }, now: number): Note[];
  putNote(...put: Parameters<NoteStore['putNote']>): number | null;
  dropNote(area: string, key: string, now: number): boolean;
  /** Forgets what has ended. */
  sweep(now: number): void;
}

/** Notes in a map of maps. */
export function createNotes(): MemoryNotes {
  const areas = new Map<string, Map<string, Note>>();

  function find(area: string, key: string, now: number): Note | null {
    const note = areas.get(area)?.get(key);
    return note !== undefined && isThere(note, now) ? note : null;
  }

  function drop(area: string, key: string): void {
    const notes = areas.get(area);
    if (notes?.delete(key) && notes.size === 0) areas.delete(area);
  }

  return {
    note: find,
    notes: (area, { limit, after }, now) =>
      [...(areas.get(area)?.values() ?? [])]
        .filter((note) => isThere(note, now) && (after === null || note.key > after))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, limit),
    putNote: (area, key, { value, expiresAt, ifVersion }, now) => {
      const found = find(area, key, now)?.version ?? 0;
      if (ifVersion !== null && ifVersion !== found) return null;
      const notes = areas.get(area) ?? new Map<string, Note>();
      areas.set(area, notes.set(key, { key, value, version: found + 1, expiresAt }));
      return found + 1;
    },
    dropNote: (area, key, now) => {
      const found = find(area, key, now) !== null;
      drop(area, key);
      return found;
    },
    sweep: (now) => {
      for (const [area, notes] of areas) for (const [key, note] of notes) if (!isThere(note, now)) drop(area, key);
    },
  };
}

function isThere({ expiresAt }: Note, now: number): boolean {
  return expiresAt === null || now < expiresAt;
}
