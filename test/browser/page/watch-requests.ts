import type { LogEntry } from './harness.ts';

type Note = (entry: LogEntry) => void;

/** Notes every request at the moment at which the SDK hands it to the browser. */
export function watchRequests(note: Note, now: () => number): void {
  const send = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const request = input instanceof Request ? input : null;
    const headers = new Headers(init?.headers ?? request?.headers);
    const isGone = (init?.signal ?? request?.signal)?.aborted ?? false;
    const path = new URL(request?.url ?? String(input), location.href).pathname;
    const token = headers.get('authorization')?.split(' ')[1];
    const at = now();
    if (!isGone) {
      if (token !== undefined) note({ at, type: 'token_request', path, holder: holderOf(token) });
      else if (path === '/token') note({ at, type: 'token_request', path, holder: null });
      else note({ at, type: 'request', path });
    }
    const answer = send(input, init);
    const settled = (): void => note({ at: now(), type: 'answer', path });
    answer.then(settled, settled);
    return answer;
  };
}

function holderOf(token: string): string {
  const claims = JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/'))) as { sub: string };
  return claims.sub;
}
