import type { Duration } from '../../protocol/duration.ts';
import type { SessionType } from '../engine/lifetimes.ts';
import type { Store } from '../engine/store.ts';
import type { AdminKey } from '../http/admin/api-keys.ts';
import type { Directory } from '../http/directory.ts';
import type { LimitOptions, SharedLimits } from '../http/limits.ts';
import type { MetricsOptions } from '../http/metrics.ts';
import type { PageData } from '../http/page-data.ts';
import type { LogEntry } from '../http/request-log.ts';
import type { ReplayGuard } from '../tokens/replay-guard.ts';
import type { SigningAlgorithm } from '../tokens/signing-key.ts';

/** What {@link serve} takes. */
export interface ServeOptions extends Partial<Directory> {
  /** 0 takes any free one. Default: 4000. */
  port?: number;
  /** Default: `'127.0.0.1'`, this machine only. */
  host?: string;
  /**
   * `'memory'`, `'sqlite:./path'`, or `'redis://host:6379'` with `secrets`; or a store that you made, with `secrets`, too. That
   * one stays yours: `close()` does not close it, and others may work on it meanwhile. Default: `'sqlite:./sojourn.db'`.
   */
  store?: string | Store;
  /**
   * Remembers used DPoP proofs, where several servers share a `store` that you made (`createRedisReplayGuard`). Default: that
   * Redis which `store` names, else the memory of this process.
   */
  replays?: ReplayGuard;
  /**
   * Counts sign-ins, where several servers share a `store` that you made (`createRedisLimits`). Default: that of the Redis which
   * `store` names; else each process counts for itself.
   */
  sharedLimits?: SharedLimits;
  /** Folder of the secrets and signing keys; servers of one store share it. Default: beside the SQLite file. */
  secrets?: string;
  /** Origins of the apps. Default: `['http://localhost:5173']`. */
  origins?: readonly string[];
  /** Lets the three demo users in, instead of `authenticate`. */
  demoUsers?: boolean;
  /** Keeps refresh tokens in an `HttpOnly` cookie. */
  cookie?: boolean;
  /** What a page may do with the data of its session: `'write'` and read it, only `'read'` it, or `'none'` of both. Default: `'write'`. */
  pageData?: PageData;
  /** Life of access tokens. Default: `'5m'`. */
  accessLife?: Duration;
  /** Sessions that are not remembered end when nobody is active for so long. Default: `'30m'`. */
  idle?: Duration;
  /** Sessions that are not remembered end so long after sign-in. Default: `'12h'`. */
  absolute?: Duration;
  /** The same as `idle` for sessions that are remembered (`remember: true` at sign-in). Default: `'14d'`. */
  rememberIdle?: Duration;
  /** The same as `absolute` for sessions that are remembered. Default: `'30d'`. */
  rememberAbsolute?: Duration;
  /** Most sessions of one user at once; with one more the oldest ends. Default: null, any number. */
  maxPerUser?: number | null;
  /**
   * Session types by name, as `createSessions` takes them. What a type says of lives wins over the options here; the type
   * `'default'` is that of sessions which name none. Default: none but those that the store keeps.
   */
  types?: Readonly<Record<string, SessionType>>;
  /** No sign-in fails sooner than this, so that the time tells less of which accounts exist. `null` for none. Default: `'500ms'`. */
  signInFloor?: Duration | null;
  algorithm?: SigningAlgorithm;
  /** `iss` of tokens: an https URL; http on this machine only. Default: the public origin, or the URL it listens on. */
  issuer?: string;
  /** `aud` of tokens. Default: the issuer. */
  audience?: string;
  /** Origin that clients call, and that their proofs must name. Default: the issuer's when it is https, else that of the request. */
  publicOrigin?: string;
  /** Takes client addresses from the last entry of `X-Forwarded-For`. Only behind a proxy that writes it. */
  trustProxy?: boolean;
  /** Keys of back ends that may ask at `POST /introspect`. Default: none, and no such route. */
  introspectionKey?: AdminKey | readonly AdminKey[];
  /** Keys of back ends that may do everything, under `/admin`. Default: none, and no such routes. */
  adminKeys?: readonly AdminKey[];
  /** `GET /metrics` for Prometheus, the numbers of the process included. Default: none. */
  metrics?: true | MetricsOptions;
  /** Is told of every request, and of what a guard should see. Nothing in an entry is secret. Default: none. */
  log?: (entry: LogEntry) => void;
  /** Nobody gets tokens without a key: a sign-in without a DPoP proof is refused. */
  requireProof?: boolean;
  /** What needs a recent proof of who somebody is: `{ endOthers: '10m' }`. Default: nothing. */
  reauthenticateFor?: { endOthers?: Duration };
  /** Every DPoP proof must carry a nonce. */
  demandNonce?: boolean;
  limits?: LimitOptions | false;
  /** Development only: adds `/dev/faults` and `/dev/journal`. */
  faults?: boolean;
  /** How long a stop waits for requests under way. Default: `'10s'`. */
  patience?: Duration;
  /** Replaces the global `Request` and `Response` by lightweight ones. The command line does. Default: false. */
  lightweight?: boolean;
  /** Is told of failures that a client only sees as `server_error`. Default: `console.error`. */
  onError?: (error: unknown) => void;
}
