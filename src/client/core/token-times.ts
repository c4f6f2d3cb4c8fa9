import type { LiveRecord } from './record.ts';

/** The moments of an access token, by this machine's clock (epoch milliseconds). */
export interface TokenTimes {
  issuedAt: number;
  expiresAt: number;
  /** From here on it is renewed at the next occasion. */
  refreshAt: number;
  /** Until here it is handed out without being asked for a longer validity. */
  goodUntil: number;
  /** Until here it is as good as new: no other would be good for longer, whatever validity is asked for. */
  newUntil: number;
}

const defaultMinValidityMs = 5000;
/** Lives are told in whole seconds. */
const roundedMs = 2000;

/**
 * When a token is due. The lead is never more than half the token's life, or a short token would be due as soon as it comes;
 * the jitter, a tenth of the life, spreads clients that signed in together.
 *
 * @param offsetMs server clock minus this machine's clock
 * @param fraction a random number in [0, 1), drawn once per token
 */
export function tokenTimes(record: LiveRecord, offsetMs: number, leadMs: number, fraction: number): TokenTimes {
  const life = record.expiresAt - record.issuedAt;
  const expiresAt = record.expiresAt - offsetMs;
  // The last one: no other would live longer.
  const isLast = record.expiresAt >= (record.session.absoluteEndsAt ?? Infinity) - roundedMs;
  return {
    issuedAt: record.issuedAt - offsetMs,
    expiresAt,
    refreshAt: isLast ? expiresAt : expiresAt - Math.min(leadMs, life / 2) - (fraction * life) / 10,
    goodUntil: expiresAt - Math.min(defaultMinValidityMs, life / 4),
    newUntil: isLast ? expiresAt : expiresAt - life * 0.9,
  };
}
