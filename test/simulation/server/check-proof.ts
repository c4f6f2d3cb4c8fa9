import { refuse, type Claims, type WireAnswer } from './wire.ts';

const skewMs = 60_000;

/** RFC 9449 section 4.3, as far as a pretended proof goes. Null: it holds, or there is none. */
export function checkProof(proof: Claims | null, now: number, claims: Claims): WireAnswer | null {
  if (proof === null) return null;
  if (proof['nonce'] !== 'nonce' && Math.abs(Number(proof['now']) - now) > skewMs)
    return refuse(400, { error: 'use_dpop_nonce', code: 'use_dpop_nonce' }, { 'DPoP-Nonce': 'nonce' });
  for (const [claim, value] of Object.entries(claims))
    if (proof[claim] !== value) return refuse(400, { error: 'invalid_dpop_proof', code: 'invalid_dpop_proof' });
  return null;
}
