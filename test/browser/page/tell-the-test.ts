type Granted = Partial<Record<'access_token' | 'refresh_token' | 'revocation_token', unknown>>;

/**
 * Tells the test which tokens the session server granted this page, and every message that it posts to other tabs, frames, ports
 * and workers. Runs in the page before its own scripts, so it stands alone.
 */
export function tellTheTest(): void {
  const { toldToken, toldMessage } = globalThis as unknown as Record<string, ((text: string) => void) | undefined>;

  const textOf = (message: unknown): string => {
    try {
      return JSON.stringify(message) ?? String(message);
    } catch {
      return String(message);
    }
  };
  for (const owner of [BroadcastChannel.prototype, MessagePort.prototype, Worker.prototype, window]) {
    const post = owner.postMessage as (...given: unknown[]) => void;
    (owner as { postMessage: unknown }).postMessage = function (this: unknown, ...given: unknown[]) {
      toldMessage?.(textOf(given[0]));
      return post.apply(this, given);
    };
  }

  // Everything that a server grants goes through here, whoever sends the request and reads the answer.
  const { parse } = JSON;
  JSON.parse = (...given) => {
    const parsed: unknown = parse(...given);
    const { access_token: access, refresh_token: refresh, revocation_token: revocation } = Object(parsed) as Granted;
    for (const token of [access, refresh, revocation]) if (typeof token === 'string') toldToken?.(token);
    return parsed;
  };
}
