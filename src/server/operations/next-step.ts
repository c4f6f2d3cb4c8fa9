import type { SessionErrorCode } from '../../protocol/session-error.ts';

const correct = 'Correct the input as the message says, and call again.';
const later = 'Wait a moment and call again with the same input.';
const signIn = 'The person has to sign in again; nothing else helps.';

const nextSteps: Readonly<Record<SessionErrorCode, string>> = {
  invalid_argument: correct,
  invalid_duration: "Write the length of time as a text with its unit, such as '30m', '12h' or '14d', or as seconds.",
  data_invalid: 'Change the data so that it fits the session type, and avoid the key that the message names.',
  data_not_serializable: 'Pass plain JSON: no dates, no undefined, no cycles.',
  payload_too_large: 'Store less: remove keys that are not needed, or keep big things elsewhere and their ids here.',
  body_not_replayable: 'Make the request anew, with a body that can be read twice.',
  not_allowed_origin: 'Call from a back end, or add the origin to those of the server.',
  not_supported: 'This session or server does not offer it; read the session first and choose another operation.',
  unauthenticated: 'Pass the API key of the server.',
  invalid_credentials: 'Ask the person for the right credentials.',
  invalid_token: 'Get a new token; this one is not good.',
  token_expired: 'Refresh the token, and use the new one.',
  claims_stale: 'Refresh the token, and use the new one.',
  step_up_required: 'The person has to sign in anew before this is allowed.',
  invalid_dpop_proof: 'Pass the thumbprint of the key that the session is bound to, proven by its client.',
  use_dpop_nonce: 'Repeat the request with the nonce that the server gave.',
  forbidden: 'This is not allowed for who asks; ask somebody who may.',
  identity_changed: 'Another person is signed in now; start over.',
  rejected_after_refresh: signIn,
  session_ended: signIn,
  session_not_found: 'Check the id: list the sessions of the user, or start a session.',
  session_exists: 'Choose another id, or end the session that has it.',
  session_type_not_found: 'List the session types, or define this one.',
  session_type_exists: 'Choose another tag, or update the type that has it.',
  invalid_selector:
    "Write the selector as '$Session{name}', along a path of the schema to a text, a number or a boolean.",
  selector_unresolved: 'Put the value that the selector points to into the data, or say whose session it is.',
  token_superseded: 'Use the newest token of the session.',
  stale_generation: 'Use the newest refresh token of the session.',
  version_conflict: 'Somebody else was quicker: read it again, decide again, and repeat with the new version.',
  absolute_limit: 'The absolute end of a session cannot be moved; the person has to sign in again after it.',
  not_found: 'There is nothing of that name; look at what there is first.',
  offline: later,
  network_error: later,
  timeout: later,
  aborted: 'The call was stopped by its caller; call again if it is still wanted.',
  rate_limited: later,
  server_error: later,
  unexpected_answer: 'Something between here and the server answered in its place; check the address of the server.',
  store_unavailable: later,
  storage_unavailable: later,
  lock_timeout: later,
  disposed: 'It was closed; make a new one.',
};

/** What to do about an error, by its code; null for a code that is none of ours. */
export function nextStep(code: string): string | null {
  return isErrorCode(code) ? nextSteps[code] : null;
}

/** Whether a text is a code of ours. */
export function isErrorCode(code: string): code is SessionErrorCode {
  return Object.hasOwn(nextSteps, code);
}
