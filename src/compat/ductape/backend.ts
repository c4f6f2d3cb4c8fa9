import { createSessions } from '../../server/engine/create-sessions.ts';
import type { Clock } from '../../server/engine/ports.ts';
import type { Session, Sessions } from '../../server/engine/sessions.ts';
import type { TypeDefinition } from '../../server/engine/session-types.ts';
import { createMemoryStore } from '../../server/stores/memory.ts';
import { createMac } from '../../server/tokens/mac.ts';
import { createRandom } from '../../server/tokens/random.ts';
import { createSessionTokens, type SessionTokens } from '../../server/tokens/session-tokens.ts';
import type { TokenSecret } from '../../server/tokens/token-secrets.ts';
import { invalidArgument, SessionError } from './errors.ts';
import { isOf } from './session-config.ts';

/** Where a call belongs. What it does not say itself, the connection says, then the constructor. */
export interface Place {
  /** Tag of the product. */
  product?: string;
  /** Slug of the environment: `'dev'`, `'snd'`, `'prd'`. */
  env?: string;
}

/** What the calls work on. */
export interface Backend {
  readonly sessions: Sessions;
  readonly tokens: SessionTokens;
  readonly clock: Clock;
  /** Where a call belongs, as far as anybody says. */
  place(call: Place): Place;
  /** The same where it has to be known. Throws `INVALID_ARGUMENT` without a product, `ENV_NOT_FOUND` without an env. */
  demandPlace(call: Place): Required<Place>;
  /** A session type of the product. Throws `SESSION_NOT_FOUND`. */
  demandType(tag: string, product: string | undefined): Promise<TypeDefinition>;
}

/** What {@link createBackend} takes. */
export interface BackendOptions {
  sessions: Sessions | undefined;
  secret: TokenSecret | readonly TokenSecret[];
  clock: Clock;
  defaults: Place;
}

/** Makes the engine at its first use, when none is handed in. */
export function createBackend({ sessions: given, secret, clock, defaults }: BackendOptions): Backend {
  let sessions = given;
  const engine = (): Sessions => (sessions ??= memorySessions(clock));
  const tokens = createSessionTokens({ secret, clock });
  const place = ({ product = defaults.product, env = defaults.env }: Place): Place => ({
    ...(product === undefined ? {} : { product }),
    ...(env === undefined ? {} : { env }),
  });

  return {
    get sessions() {
      return engine();
    },
    tokens,
    clock,
    place,
    demandPlace: (call) => {
      const { product, env } = place(call);
      if (product === undefined)
        throw invalidArgument('Which product? Pass `product` to the call, or to new Ductape({ product, env }).');
      if (env === undefined)
        throw new SessionError(
          'ENV_NOT_FOUND',
          'Which env? Pass `env` to the call, or to new Ductape({ product, env }).',
        );
      return { product, env };
    },
    demandType: async (tag, product) => {
      const type = typeof tag === 'string' ? await engine().types.get(tag) : null;
      if (type !== null && isOf(type, product)) return type;
      const message = `There is no session type '${String(tag).slice(0, 64)}'; create it first.`;
      throw new SessionError('SESSION_NOT_FOUND', message, { status: 404 });
    },
  };
}

/** Whether a session was started where the call belongs, as far as both are known. */
export function isAt({ trustContext }: Session, { product, env }: Place): boolean {
  return isSame(trustContext?.['product'], product) && isSame(trustContext?.['env'], env);
}

function isSame(started: unknown, asked: string | undefined): boolean {
  return started === undefined || asked === undefined || started === asked;
}

/** An engine in this process, with secrets that end with it. */
function memorySessions(clock: Clock): Sessions {
  const random = createRandom();
  const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  return createSessions({ store: createMemoryStore(), clock, random, mac });
}
