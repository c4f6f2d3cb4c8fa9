import type { EndReason } from '../../../src/protocol/end-reason.ts';
import type { ServerParts } from './server-parts.ts';
import { name } from './session-name.ts';
import { sameSession } from './token-bytes.ts';
import type { WireAnswer } from './wire.ts';

/**
 * Who ends all sessions of a person: the person everywhere, or one by one from another device, or somebody in charge, of that person
 * or of everybody.
 */
export type Ender = 'everywhere' | 'device' | 'admin' | 'everybody';

const reasons: Record<Ender, EndReason> = {
  everywhere: 'revoked_all',
  device: 'signed_out_elsewhere',
  admin: 'revoked',
  everybody: 'revoked_all',
};

/** The revocation that a sign-out sends. */
export async function revoke({ machines, truth, clock }: ServerParts, token: string): Promise<WireAnswer> {
  const live = await machines.sessions.revokeByToken(token, null);
  const id = [...truth.sessions.values()].find(({ id: one }) => token.length > 0 && sameSession(one, token))?.id;
  const known = id === undefined ? undefined : truth.sessions.get(id);
  truth.note(`server: revocation of ${id === undefined ? 'nothing known' : name(id)}${live ? '' : ', which was over'}`);
  if (known && known.killedAt === null) {
    known.killedAt = clock.now();
    known.killedBy = 'sign_out';
    truth.cause(known.id, 'signed_out_elsewhere', clock.now());
  }
  return { status: 200, json: {} };
}

/** Ends all sessions of a person, or of everybody. */
export async function kill({ machines, truth, clock }: ServerParts, how: Ender, userId: string): Promise<void> {
  const now = clock.now();
  const isMeant = (one: { userId: string }): boolean => how === 'everybody' || one.userId === userId;
  const live = [...truth.sessions.values()].filter((one) => isMeant(one) && one.killedAt === null);
  if (how === 'everybody') await machines.sessions.revokeEverybody();
  else if (how === 'everywhere') await machines.sessions.revokeAll(userId);
  else
    for (const { id } of live)
      await machines.sessions.revoke(id, how === 'device' ? 'signed_out_elsewhere' : 'revoked');
  for (const one of live) {
    one.killedAt = now;
    one.killedBy = how;
    truth.cause(one.id, reasons[how], now);
  }
  truth.note(`server: ${how} ended ${live.map(({ id }) => name(id)).join(', ') || 'nothing'}`);
}

/** Ends all sessions of a person but one. */
export async function endOthers(parts: ServerParts, userId: string, keepId: string): Promise<void> {
  const { machines, truth, clock } = parts;
  const now = clock.now();
  await machines.sessions.revokeOthers(userId, keepId);
  for (const one of truth.sessions.values()) {
    if (one.userId !== userId || one.id === keepId || one.killedAt !== null) continue;
    one.killedAt = now;
    one.killedBy = 'everywhere';
    truth.cause(one.id, 'revoked_all', now);
  }
}
