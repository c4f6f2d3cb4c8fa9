import { SessionError } from '../../protocol/session-error.ts';
import { Refusal } from './refusal.ts';

/** What a page may do with the data of its session, at `/session/data`. Back ends may do everything, whatever this says. */
export type PageData = 'write' | 'read' | 'none';

/**
 * The setting, or its default `'write'`.
 *
 * @throws SessionError `invalid_argument` for anything else: a slip of the pen must not let pages write
 */
export function checkedPageData(given: PageData = 'write'): PageData {
  if (given === 'write' || given === 'read' || given === 'none') return given;
  throw new SessionError('invalid_argument', "`pageData` is 'write', 'read' or 'none'.");
}

/**
 * Lets a page go on that wants to read, or to write.
 *
 * @throws Refusal `forbidden`
 */
export function demandPageData(allowed: PageData, wanted: 'read' | 'write'): void {
  if (allowed === 'write' || allowed === wanted) return;
  const who = wanted === 'write' ? 'only the back end writes' : 'only the back end reads and writes';
  throw new Refusal('forbidden', `Here ${who} the data of a session; ask the back end of the app to do it.`);
}
