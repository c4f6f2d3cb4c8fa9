import { endReasons, type EndReason } from './end-reason.ts';
import { hasShape, isCount, isNumber, isText, oneOf, type Check } from './shape.ts';

/** What one tab tells the others. Facts only: no message ever carries a token. */
export type TabMessage = { v: 1 } & (
  | { type: 'signed_in'; sessionId: string; userId: string; generation: number }
  | { type: 'refreshed'; sessionId: string; generation: number }
  | { type: 'ended'; sessionId: string; generation: number; reason: EndReason; at: number }
  | { type: 'activity'; sessionId: string; at: number }
  | { type: 'changed'; sessionId: string }
);

const base = { v: oneOf(1), sessionId: isText };
const checks: Readonly<Record<TabMessage['type'], Check>> = {
  signed_in: hasShape({ ...base, userId: isText, generation: isCount }),
  refreshed: hasShape({ ...base, generation: isCount }),
  ended: hasShape({ ...base, generation: isCount, reason: oneOf(...endReasons), at: isNumber }),
  activity: hasShape({ ...base, at: isNumber }),
  changed: hasShape(base),
};

/** Whether `data` is a {@link TabMessage} of this version. Anything else that comes over a channel is ignored. */
export function isTabMessage(data: unknown): data is TabMessage {
  const type = (data as { type?: unknown } | null)?.type;
  return typeof type === 'string' && Object.hasOwn(checks, type) && checks[type as TabMessage['type']](data);
}
