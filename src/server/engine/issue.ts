import type { SessionRecord } from './record.ts';
import type { TokenMinter } from './refresh-token.ts';
import type { IssuedSession } from './session.ts';
import { liveViewOf } from './view.ts';

/** Puts together what the client of a live session is told. */
export type Issue = (record: SessionRecord, now: number) => Promise<IssuedSession>;

/** The tokens are functions of the record: the same record gives the same ones, however often it is asked. */
export function createIssue(tokens: TokenMinter): Issue {
  return async (record, now) => ({
    session: liveViewOf(record, now),
    refreshToken: await tokens.refreshToken(record.id, record.generation),
    revocationToken: await tokens.revocationToken(record.id, record.keyId),
    stamp: record.stamp,
  });
}
