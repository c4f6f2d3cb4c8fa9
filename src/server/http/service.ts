import type { Context, Handler } from 'hono';
import type { Duration } from '../../protocol/duration.ts';
import type { Sessions } from '../engine/sessions.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import type { ApiKeys } from './admin/api-keys.ts';
import type { Directory } from './directory.ts';
import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Observer } from './observer.ts';
import type { PageData } from './page-data.ts';
import type { Proofs } from './proofs.ts';
import type { OpenStreams } from './open-streams.ts';
import type { WithFloor } from './sign-in-floor.ts';

/** What every route works with: the options of a session server, resolved. */
export interface Service extends Directory {
  sessions: Sessions;
  /** The same, for a back end that asks by the key of this name. */
  sessionsBy: (apiKey?: string) => Sessions;
  tokens: AccessTokens;
  proofs: Proofs;
  limits: Limits;
  streams: OpenStreams;
  cookieMode: boolean;
  pageData: PageData;
  /** How recent a proof of who somebody is must be for ending their other sessions; null: however old. */
  endOthersWithin: Duration | null;
  /** Null when nobody asked for any. */
  metrics: Metrics | null;
  observers: readonly Observer[];
  /** Where this server's routes are, as the world sees it; metadata names them. */
  publicUrl: string;
  /** Keys of the back ends that may introspect; null when nobody may. */
  introspectionKeys: ApiKeys | null;
  withSignInFloor: WithFloor;
  /** Whether back ends with a key may do everything, under `/admin`. */
  hasAdmin: boolean;
  /** Names the accounts in credentials, for the limit of failed sign-ins. */
  accountOf: (credentials: Record<string, unknown>) => string | readonly string[] | null;
  addressOf: (c: Context) => string | null;
  now: () => number;
  report: (error: unknown) => void;
}

/** A route, given what it works with. */
export type Route = (service: Service) => Handler;
