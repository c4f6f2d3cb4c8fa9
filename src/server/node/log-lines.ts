import { isSessionError } from '../../protocol/session-error.ts';
import type { LogEntry } from '../http/request-log.ts';
import { printable } from './printable.ts';

/** How the command line writes its log: a JSON object a line, a line for people, or nothing. */
export type LogStyle = 'human' | 'json' | 'none';

/** Writers of one style. */
export interface LogLines {
  entry(entry: LogEntry): string;
  /** A failure of the server itself, with its stack, for those who mend it. */
  failure(error: unknown): string;
}

/** Lines of a style. */
export function logLines(style: 'human' | 'json'): LogLines {
  return style === 'json' ? { entry: jsonLine, failure: jsonFailure } : { entry: humanLine, failure: humanFailure };
}

function jsonLine(entry: object): string {
  return `${JSON.stringify(entry)}\n`;
}

function humanLine({ time, event, method, route, status, duration_ms, ...rest }: LogEntry): string {
  const what = event === 'request' ? `${method} ${route} ${status} ${duration_ms} ms` : `! ${event}`;
  const { level: _level, ...facts } = rest;
  const said = Object.entries(facts).map(([name, value]) => `${name}=${printable(String(value))}`);
  return `${[time.slice(11, 23), printable(what), ...said].join(' ')}\n`;
}

function jsonFailure(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = isSessionError(error) ? { code: error.code } : {};
  return jsonLine({ time: new Date().toISOString(), level: 'error', event: 'failure', name, ...code, message, stack });
}

function humanFailure(error: unknown): string {
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
