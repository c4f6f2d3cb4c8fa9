/** How often each remedy may still be tried for a request. */
export interface Untried {
  nonce: number;
  step_up: number;
  renew: number;
}

/** What to do with an answer of the API: hand it to the caller, or apply a remedy and send the request again. */
export type NextStep = 'done' | keyof Untried;

/** Decides by status and `answerCode`. `claims_stale` needs no case of its own: the refresh brings new claims. */
export function nextStep(status: number, code: string | undefined, untried: Untried): NextStep {
  const remedy = remedyFor(status, code);
  return remedy && untried[remedy] > 0 ? remedy : 'done';
}

function remedyFor(status: number, code: string | undefined): keyof Untried | null {
  if (status !== 401 && status !== 403) return null;
  if (code === 'step_up_required') return 'step_up';
  // New tokens make no password right, and a guess that is sent twice counts twice.
  if (status === 403 || code === 'invalid_credentials') return null;
  return code === 'use_dpop_nonce' ? 'nonce' : 'renew';
}
