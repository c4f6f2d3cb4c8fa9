import { noAnswer } from '../core/answer-error.ts';
import type { Signal } from '../core/ports.ts';
import { SessionError } from '../../protocol/session-error.ts';

/** An HTTP answer, read to its end. */
export interface Answer {
  status: number;
  /** Undefined where the body is not JSON by its type, cannot be parsed, or is larger than any answer of ours. */
  json: unknown;
  /** The media type; empty when there is no body. */
  type: string;
  headers: Headers;
}

/** How long an {@link exchange} may take, and who may end it. */
export interface ExchangeOptions {
  what: string;
  signal: Signal;
  timeoutMs: number;
}

/** Four tokens of the greatest length, and a user to go with them. */
const longestBody = 131_072;

/**
 * Sends a request and reads its answer within one time limit, also where `fetch` itself ignores its signal.
 * `send` runs before this returns.
 *
 * @throws SessionError `timeout`, `aborted`, `offline` or `network_error`
 */
export function exchange(send: (signal: AbortSignal) => Promise<Response>, options: ExchangeOptions): Promise<Answer> {
  const { what, timeoutMs } = options;
  const outer = options.signal as AbortSignal;
  return new Promise((resolve, reject) => {
    // One controller and one timer instead of AbortSignal.any and .timeout: works everywhere, and leaves no listener behind.
    const inner = new AbortController();
    const stop = (error: SessionError): void => {
      reject(error);
      inner.abort(error);
    };
    const giveUp = (): void => stop(new SessionError('aborted', `${what} was given up.`, { cause: outer.reason }));
    if (outer.aborted) return giveUp();
    outer.addEventListener('abort', giveUp);
    const timer = setTimeout(() => {
      stop(new SessionError('timeout', `${what} failed: no answer within ${timeoutMs} ms.`));
    }, timeoutMs);
    attempt(send, inner.signal)
      .then(resolve, (cause) => reject(noAnswer(what, cause, globalThis.navigator?.onLine !== false)))
      .finally(() => {
        clearTimeout(timer);
        outer.removeEventListener('abort', giveUp);
      });
  });
}

async function attempt(send: (signal: AbortSignal) => Promise<Response>, signal: AbortSignal): Promise<Answer> {
  const { status, headers, body } = await send(signal);
  const type = headers.get('content-type') ?? '';
  const text = await readText(body);
  return { status, headers, type, json: /[/+]json\b/i.test(type) ? parse(text) : undefined };
}

/** Empty when it is longer than it may be. */
async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) return text;
    text += decoder.decode(chunk.value, { stream: true });
    if (text.length > longestBody) {
      reader?.cancel().catch(() => {});
      return '';
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
