import './install.ts';
import { createSessionManager, type SessionManager } from 'sojourn';
import { lineFetch } from './network.ts';
import { serverUrl } from './server-url.ts';

/** The session of this browser: everything on the page is about it. */
export const session: SessionManager = createSessionManager({
  name: 'playground',
  url: serverUrl,
  // The warning waits for an answer here, so that there is time to look at it.
  idle: { warning: '1m', extendBy: 'answer' },
  fetch: lineFetch,
});
