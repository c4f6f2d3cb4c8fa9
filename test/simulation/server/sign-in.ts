import type { IssuedSession } from '../../../src/server/engine/sessions.ts';
import type { TrueSession } from '../truth.ts';
import type { ServerParts } from './server-parts.ts';
import { checkProof } from './check-proof.ts';
import { name } from './session-name.ts';
import type { Claims, Sender, WireAnswer } from './wire.ts';

/** A sign-in, as the simulated server sees it. */
export interface SignInCall {
  userId: string;
  remember: boolean;
  proof: Claims | null;
}

/** Creates a session and enters it into the truth. */
export async function signIn(parts: ServerParts, sender: Sender, call: SignInCall): Promise<WireAnswer> {
  const { machines, truth, tokens, setting, clock, bound } = parts;
  const { userId, remember, proof } = call;
  const refused = checkProof(proof, clock.now(), {});
  if (refused) return refused;
  const keyThumbprint = bound ? String(proof?.['key'] ?? '') || null : null;
  const issued = await machines.sessions.create({ userId, remember, keyThumbprint });
  know(parts, issued, sender.browser);
  truth.note(`server: ${userId} signed in: ${name(issued.session.id)}`);
  const { id, createdAt, absoluteEndsAt, type } = issued.session;
  const answer = tokens.mint(issued);
  const session = {
    id,
    type,
    user_id: userId,
    created_at: new Date(createdAt).toISOString(),
    last_activity_at: new Date(createdAt).toISOString(),
    expires_at: null,
    absolute_expires_at: absoluteEndsAt === null ? null : new Date(absoluteEndsAt).toISOString(),
    idle_timeout: setting.idleMs === null ? null : setting.idleMs / 1000,
    remembered: remember,
    current: true,
    device: { label: null, user_agent: null },
  };
  return { ...answer, status: 201, json: { ...(answer.json as object), session } };
}

function know({ truth, clock, setting }: ServerParts, { session }: IssuedSession, browser: string): void {
  if (truth.sessions.has(session.id)) return;
  const now = clock.now();
  const made: TrueSession = {
    id: session.id,
    userId: session.userId,
    browser,
    bornAt: now,
    kept: false,
    absoluteEnd: now + setting.absoluteMs,
    idleMs: setting.idleMs,
    killedAt: null,
    killedBy: null,
    causes: new Map(),
    successors: new Map(),
    generation: 0,
    rotated: new Set(),
    thiefAt: null,
    honestSinceThief: [],
    refreshes: [],
    grantedAt: new Map(),
    lastTouchAt: now,
    lastActAt: now,
    surelyActAt: now,
    promised: false,
    adoptedAt: Number.NEGATIVE_INFINITY,
    confused: false,
  };
  truth.sessions.set(session.id, made);
}
