import type { Act } from './evidence.ts';

/** An {@link Act} that begins now. */
export function beginAct(kind: Act['kind'], user: string | null = null): Act {
  return { kind, at: Date.now(), until: null, acknowledged: false, user, session: null };
}
