import { SessionError } from './protocol/session-error.ts';
import type { SessionManager } from './session-manager.ts';

function refuse(): never {
  throw new SessionError('not_supported', 'This manager hands out no tokens. Send the request with its fetch().');
}

const reject = async (): Promise<never> => refuse();

/** In the place of everything that would hand out a token. */
export const hiddenTokens: Pick<SessionManager, 'getAccessToken' | 'peekAccessToken' | 'authorize'> = {
  getAccessToken: reject,
  peekAccessToken: refuse,
  authorize: reject,
};
