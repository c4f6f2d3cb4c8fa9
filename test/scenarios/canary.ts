import type { SessionManager } from '../../src/index.ts';
import type { Platform } from '../../src/client/core/ports.ts';
import { eventNames } from '../support/event-names.ts';

/** Notices tokens that show up where they have no business: in a message, a URL, an event, or what a manager shows of itself. */
export interface Canary {
  /** An answer of the server: it has tokens. */
  answered(response: Response): Promise<void>;
  saw(where: string, what: unknown): void;
  /** The same platform, whose messages are heard. */
  listening<P extends Platform>(platform: P): P;
  watch(session: SessionManager): void;
  /** The places in which a token was seen. Never tells the token. */
  findings(): string[];
}

const secrets = ['access_token', 'refresh_token', 'revocation_token'];

export function createCanary(): Canary {
  const tokens = new Set<string>();
  const seen: Array<{ where: string; text: string }> = [];
  const saw: Canary['saw'] = (where, what) => void seen.push({ where, text: textOf(what) });

  return {
    findings: () => {
      const leaks = seen.filter(({ text }) => [...tokens].some((token) => text.includes(token)));
      return [...new Set(leaks.map(({ where }) => where))];
    },
    saw,
    async answered(response) {
      for (const cookie of response.headers.getSetCookie()) {
        const value = /^[^=]+=([^;]+)/.exec(cookie)?.[1];
        if (value) tokens.add(value);
      }
      if (!response.headers.get('content-type')?.includes('json')) return;
      const body: unknown = await response
        .clone()
        .json()
        .catch(() => null);
      const members = typeof body === 'object' && body !== null ? Object.entries(body) : [];
      for (const [name, value] of members) if (secrets.includes(name)) tokens.add(String(value));
    },
    listening: (platform) => ({
      ...platform,
      channel: (name) => {
        const channel = platform.channel(name);
        return {
          ...channel,
          post: (message) => {
            saw('a message', message);
            channel.post(message);
          },
        };
      },
    }),
    watch(session) {
      for (const name of eventNames) session.on(name, (detail) => saw(`the event ${name}`, detail));
      session.subscribe(() => saw('the state', session.getState()));
      session.token.subscribe(() => saw('the state of the token', session.token.getState()));
    },
  };
}

/** All that somebody sees who writes a thing to a log: of errors their stacks and causes, too. */
function textOf(what: unknown): string {
  const errors: string[] = [];
  const json = JSON.stringify(what, (_key, value: unknown) => {
    if (value instanceof Error) errors.push(`${value.stack} ${textOf(value.cause)}`);
    return value;
  });
  return `${json} ${String(what)} ${errors.join(' ')}`;
}
