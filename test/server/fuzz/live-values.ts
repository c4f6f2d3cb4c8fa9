import { isLive, isRepeated, liveKinds, type Live, type LiveKind, type Text } from './hostile-text.ts';

/** What a server has said so far: tokens, ids, cursors. */
export interface LiveValues {
  /** Remembers what an answer holds. */
  learn(answer: unknown): void;
  /** Keeps the cookies of an answer. */
  keepCookies(headers: Headers): void;
  /** The header `Cookie`. */
  cookies(): string;
  /** A planned text, written out. What was never said is made up. */
  text(planned: Text): string;
  /** A planned JSON value, with its texts written out. */
  value(planned: unknown): unknown;
  /** Everything that must not be seen in an error. */
  secrets(): string[];
}

const members: Record<string, LiveKind> = {
  access_token: 'access',
  refresh_token: 'refresh',
  revocation_token: 'revocation',
  remember_token: 'remember',
  session_id: 'session',
  cursor: 'cursor',
  user_id: 'user',
  tag: 'type',
};
const secretKinds: LiveKind[] = ['access', 'refresh', 'revocation', 'remember'];
const mostKept = 20;

/** Nothing said yet. */
export function createLiveValues(): LiveValues {
  const jar = new Map<string, string>();
  const said = new Map<LiveKind, string[]>(liveKinds.map((kind) => [kind, []]));

  function remember(kind: LiveKind, text: unknown): void {
    const known = said.get(kind)!;
    if (typeof text !== 'string' || text === '' || known.includes(text)) return;
    known.unshift(text);
    known.length = Math.min(known.length, mostKept);
  }

  function learn(answer: unknown, depth = 0): void {
    if (typeof answer !== 'object' || answer === null || depth > 4) return;
    for (const [name, value] of Object.entries(answer)) {
      if (Object.hasOwn(members, name)) remember(members[name]!, value);
      if (name === 'id' && typeof value === 'string')
        remember(value.startsWith('session_') ? 'session' : 'user', value);
      learn(value, depth + 1);
    }
  }

  function liveText({ live, back, spoilt }: Live): string {
    const known = said.get(live)!;
    const text = known[Math.min(back, known.length - 1)] ?? `no-${live}-yet`;
    return spoilt ? text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A') : text;
  }

  function text(planned: Text): string {
    if (isLive(planned)) return liveText(planned);
    return isRepeated(planned) ? planned.repeat.repeat(planned.times) : planned;
  }

  function value(planned: unknown): unknown {
    if (isLive(planned) || isRepeated(planned)) return text(planned);
    if (Array.isArray(planned)) return planned.map(value);
    if (typeof planned !== 'object' || planned === null) return planned;
    // Through entries: `__proto__` stays a member.
    return Object.fromEntries(Object.entries(planned).map(([name, each]) => [name, value(each)]));
  }

  return {
    learn,
    keepCookies: (headers) => {
      for (const cookie of headers.getSetCookie()) {
        const [, name = '', kept = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (kept === '') jar.delete(name);
        else jar.set(name, kept);
      }
    },
    cookies: () => Array.from(jar, ([name, kept]) => `${name}=${kept}`).join('; '),
    text,
    value,
    secrets: () => [...secretKinds.flatMap((kind) => said.get(kind)!), ...jar.values()],
  };
}
