import { SessionError } from './protocol/session-error.ts';
import type { SessionOptions } from './session-options.ts';

/** Options that know a few words only. */
const words = {
  persistence: ['persistent', 'tab', 'memory'],
  accessTokens: ['vault', 'memory'],
  tokens: ['readable', 'hidden'],
  binding: ['all', 'refresh', 'none'],
  onIdentityChange: ['switch', 'end'],
} as const;

/**
 * Checks what types cannot check where there are none: a word that is misspelt would quietly mean the default. Runs with the
 * half that speaks to servers, before anything is sent.
 *
 * @throws SessionError `invalid_argument`
 */
export function checkOptions<U extends { id: string }>(options: SessionOptions<U>): void {
  for (const [name, known] of Object.entries(words))
    if (!isOneOf(options[name as keyof typeof words], known))
      throw unusable(`\`${name}\` is one of: ${known.join(', ')}.`);
  const { idle, apiOrigins } = options as { idle?: unknown; apiOrigins?: unknown };
  if (idle !== undefined && idle !== false && (typeof idle !== 'object' || idle === null))
    throw unusable("`idle` is an object, such as { timeout: '30m' }, or false.");
  if (!isOneOf((idle as { extendBy?: unknown } | undefined)?.extendBy, ['activity', 'answer']))
    throw unusable('`idle.extendBy` is one of: activity, answer.');
  if (apiOrigins !== undefined && !(Array.isArray(apiOrigins) && apiOrigins.every(isOrigin)))
    throw unusable("`apiOrigins` is a list of origins, each with its scheme: ['https://api.example.com'].");
}

function isOneOf(value: unknown, known: readonly unknown[]): boolean {
  return value === undefined || known.includes(value);
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin.startsWith('http');
}

function unusable(message: string): SessionError {
  return new SessionError('invalid_argument', message);
}
