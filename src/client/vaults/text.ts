import type { VaultContents } from '../core/vault.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { changedHands, packContents, parseContents } from './contents.ts';
import { refuseNewer } from './trouble.ts';

/** What an update of contents kept as text comes to. */
export interface TextChange {
  contents: VaultContents;
  /** What to write; null: nothing. */
  text: string | null;
  /** What becomes of what was put aside: new text, `null` to drop it, undefined to leave it. */
  aside?: string | null;
}

/** The contents in a text, which may be anything. */
export function parseText(text: string | null): VaultContents {
  if (text === null) return parseContents(null);
  try {
    return parseContents(JSON.parse(text) ?? {});
  } catch {
    return parseContents({});
  }
}

/**
 * Applies `change` to contents kept as text.
 * @throws SessionError `not_supported` for a record with a signing key; whatever `change` throws
 */
export function changeText(text: string | null, change: (contents: VaultContents) => VaultContents): TextChange {
  const before = parseText(text);
  const after = change(before);
  if (after === before) return { contents: before, text: null };
  refuseNewer(before);
  if (after.record?.kind === 'live' && after.record.key)
    throw new SessionError(
      'not_supported',
      "This vault keeps text and cannot hold a signing key: use the IndexedDB or memory vault, or `binding: 'none'`.",
    );
  return {
    contents: { ...after, trouble: null },
    text: JSON.stringify(packContents(after)),
    ...(before.trouble ? { aside: text } : changedHands(before, after) && { aside: null }),
  };
}
