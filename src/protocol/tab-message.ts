import * as z from 'zod/mini';
import { endReasons, type EndReason } from './end-reason.ts';

/** What one tab tells the others. Facts only: no message ever carries a token. */
export type TabMessage = { v: 1 } & (
  | { type: 'signed_in'; sessionId: string; userId: string; generation: number }
  | { type: 'refreshed'; sessionId: string; generation: number }
  | { type: 'ended'; sessionId: string; generation: number; reason: EndReason; at: number }
  | { type: 'activity'; sessionId: string; at: number }
  | { type: 'changed'; sessionId: string }
);

const v = z.literal(1);
const sessionId = z.string();
const number = z.number();

/** Checks a {@link TabMessage}. A message of another version does not match and is ignored. */
export const tabMessageSchema: z.ZodMiniType<TabMessage> = z.discriminatedUnion('type', [
  z.object({ v, type: z.literal('signed_in'), sessionId, userId: z.string(), generation: number }),
  z.object({ v, type: z.literal('refreshed'), sessionId, generation: number }),
  z.object({ v, type: z.literal('ended'), sessionId, generation: number, reason: z.enum(endReasons), at: number }),
  z.object({ v, type: z.literal('activity'), sessionId, at: number }),
  z.object({ v, type: z.literal('changed'), sessionId }),
]);
