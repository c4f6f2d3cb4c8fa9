import { SessionError } from '../../protocol/session-error.ts';
import type { User } from '../../protocol/session-view.ts';
import { isText } from '../../protocol/shape.ts';
import { adoptedKey } from './adopted-key.ts';
import type { Surroundings } from './surroundings.ts';
import type { Keys, SigningKey } from './ports.ts';
import type { LiveRecord } from './record.ts';
import type { SessionFacts } from './session-facts.ts';
import { beginExchange, type Exchange } from './exchange.ts';
import { firstRecord, signInOver } from './successor.ts';
import type { Grant, Transport } from './transport.ts';
import type { Vault, VaultContents } from './vault.ts';

/** Starts sessions. */
export interface SignIn {
  /** `attempt` tells whether this one is still wanted when its answer comes. */
  signIn(attempt: number, credentials: unknown, remember: boolean): Promise<void>;
  adopt(attempt: number, tokens: unknown, user: User | undefined): Promise<void>;
}

/** Where sessions are put. */
export interface Whereabouts {
  /** The vault that was asked for: each sign-in tries it anew. */
  main: Vault;
  useMain(): void;
  useMemory(error: unknown): void;
  /** A new session is in the vault. */
  arrived(contents: VaultContents): void;
}

/** What {@link createSignIn} asks of its surroundings. */
export interface SignInWorld extends Whereabouts {
  context: Surroundings;
  transport: Transport;
  keys: Keys;
  /** False once a sign-out or a later sign-in was asked for. */
  isWanted(attempt: number): boolean;
}

/** The proof is made again for a nonce at most twice: servers whose clocks are apart may refuse the nonce of each other. */
const mostTries = 3;

/** Creates {@link SignIn}. */
export function createSignIn(world: SignInWorld): SignIn {
  const { context, transport, keys, main } = world;
  const { platform, settings, channel, tab } = context;
  const { clock } = platform;

  const isWanted = (mine: number): boolean => world.isWanted(mine) && !tab.scope().signal.aborted;

  /** Only a manager that was disposed has a scope that is over. It starts nothing and writes nothing any more. */
  function unlessDisposed(): void {
    const { aborted, reason } = tab.scope().signal;
    if (aborted) throw reason;
  }

  /** Hands a pair that nobody wants to the outbox, or where that has stopped to the server. */
  function discard({ sessionId, revocationToken }: LiveRecord): void {
    if (revocationToken !== null && tab.scope().signal.aborted)
      return void transport.revoke(revocationToken, platform.abort().signal);
    if (revocationToken !== null) context.keep({ sessionId, revocationToken, at: clock.now() });
    context.flush();
  }

  /**
   * Writes the new session. On refusal moves to memory and says so, unless storage holds the same session: two records of one
   * would be taken for theft. Answers null when it is not wanted any more.
   */
  async function write(
    mine: number,
    sessionId: string,
    change: Parameters<Vault['update']>[0],
    { isTaken, isFresh }: { isTaken: () => boolean; isFresh: boolean },
  ): Promise<VaultContents | null> {
    const before = context.vault();
    const held = tab.live();
    try {
      const contents = await main.update(change);
      if (!isTaken() || before === main) return contents;
      world.useMain();
      // Only this tab held it: it is in no record that could have been replaced.
      if (held && held.sessionId !== contents.record?.sessionId) discard(held);
      return contents;
    } catch (error) {
      if (!isWanted(mine)) return null;
      if (!isFresh && (await main.read()).record?.sessionId === sessionId) throw error;
      if (before === main) world.useMemory(error);
      return context.vault().update(change);
    }
  }

  async function request(
    credentials: unknown,
    remember: boolean,
    key: SigningKey | null,
  ): Promise<{ grant: Grant; exchange: Exchange }> {
    const url = transport.signInUrl;
    if (url === null)
      throw new SessionError(
        'not_supported',
        'This transport cannot sign in. Get tokens elsewhere and pass them to adopt().',
      );
    const limit = platform.abort();
    const stop = clock.after(settings.requestTimeoutMs, () =>
      limit.abort(new SessionError('timeout', 'The sign-in took too long. Try again.')),
    );
    // The server takes no longer ones, and a name with its server's address may be one.
    const { persistence } = tab.state.getState();
    const holds = tab.live()?.sessionId;
    const held =
      persistence === 'persistent' ? { place: settings.name.slice(0, 128), ...(holds !== undefined && { holds }) } : {};
    try {
      let nonce: string | undefined;
      for (let tries = 0; tries < mostTries; tries++) {
        const proof = key && (await keys.prove(key, { method: 'POST', url, nonce, now: clock.now() + tab.offsetMs() }));
        unlessDisposed();
        const received = beginExchange(clock);
        const answer = await transport.signIn({ credentials, remember, proof, signal: limit.signal, ...held });
        if (answer.kind === 'granted') return { grant: answer.grant, exchange: received() };
        // A transport only hears that it was stopped; why is known here.
        if (answer.kind === 'failed') throw limit.signal.aborted ? limit.signal.reason : answer.error;
        if (answer.kind !== 'use_nonce') break;
        nonce = answer.nonce;
      }
      throw new SessionError(
        'unexpected_answer',
        'The server answered the sign-in with something that is no answer to it. Try again later.',
      );
    } finally {
      stop();
    }
  }

  async function begin(
    grant: Grant,
    user: User,
    session: SessionFacts,
    key: SigningKey | null,
    exchange: Exchange,
    mine: number,
    replaces: (contents: VaultContents) => boolean = always,
  ): Promise<void> {
    const isFresh = replaces === always;
    const made = firstRecord(grant, user, session, key, exchange);
    // Nobody knows how old tokens are that were got elsewhere: they teach nothing about the clock.
    const isOld = !isFresh && grant.serverTime !== null;
    const record = isOld ? { ...made, offsetMs: tab.offsetMs() } : made;
    const { sessionId, generation } = record;
    /** Whether another tab was asked for something later, while this one was frozen perhaps. */
    const isLate = ({ record: there }: VaultContents): boolean =>
      there?.kind === 'live'
        ? there.session.createdAt > session.createdAt
        : there?.reason === 'signed_out' && there.at > exchange.sentAt && there.at <= exchange.receivedAt;
    // A tab that was frozen meanwhile: whoever asked has long gone elsewhere.
    const tookMs = Math.max(exchange.tookMs, exchange.receivedAt - exchange.sentAt);
    if (isFresh && tookMs > settings.requestTimeoutMs * 2) {
      discard(record);
      throw new SessionError('timeout', 'The sign-in took too long; its session was ended. Try again.');
    }
    let isTaken = false;
    // Asked within the transaction: a sign-out may come while storage takes its time.
    const change = (contents: VaultContents): VaultContents => {
      isTaken = isWanted(mine) && replaces(contents) && !(isFresh && isLate(contents));
      return isTaken ? signInOver(contents, record, clock.now()) : contents;
    };
    const contents = isWanted(mine) ? await write(mine, sessionId, change, { isTaken: () => isTaken, isFresh }) : null;
    if (!isTaken && (isFresh || !isWanted(mine))) {
      // Tokens that were got elsewhere stay with whoever has them: the manager that comes after this one, perhaps.
      if (!isFresh) unlessDisposed();
      discard(record);
      unlessDisposed();
      throw new SessionError(
        'aborted',
        'The sign-in was overtaken by a sign-out or another sign-in; its session was ended.',
      );
    }
    unlessDisposed();
    if (!isTaken || contents === null) return;
    tab.learnOffset(record.offsetMs);
    world.arrived(contents);
    channel.post({ v: 1, type: 'signed_in', sessionId, userId: user.id, generation });
  }

  return {
    async signIn(mine, credentials, remember) {
      const bind = settings.binding !== 'none' && transport.acceptsProof;
      const key = bind ? await keys.create() : null;
      if (bind && key === null && settings.binding !== undefined)
        throw new SessionError(
          'not_supported',
          'Tokens cannot be bound to a key in this page: it needs https (or localhost). Serve the app there.',
        );
      const { grant, exchange } = await request(credentials, remember, key);
      const { user, session } = grant;
      if (!user || !session)
        throw new SessionError('unexpected_answer', 'The sign-in answer does not say who signed in. Check the server.');
      await begin(grant, user, session, key, exchange, mine);
      if (bind && key === null) context.hub.emit('binding_unavailable', {});
    },
    async adopt(mine, tokens, user) {
      const grant = transport.parseGrant(tokens);
      const now = clock.now();
      const live = tab.live();
      const known = live?.sessionId === grant.sessionId ? live : null;
      const who = user ?? grant.user ?? known?.user;
      if (!who || !isText(who.id))
        throw new SessionError(
          'invalid_argument',
          'Pass the user along, with an id that is a text: adopt(tokens, { id }). The tokens do not say whose they are.',
        );
      const { binding = 'none' } = settings;
      const key = adoptedKey(tokens, {
        isBound: grant.tokenType === 'DPoP' || binding !== 'none',
        acceptsProof: transport.acceptsProof,
        known: known?.key ?? null,
      });
      const session = grant.session ?? plainFacts(grant, now);
      // Nothing older than what is there, and nothing of a session that is over: it would come back to life.
      const isNews = ({ record }: VaultContents): boolean =>
        record?.sessionId !== grant.sessionId || (record.kind === 'live' && record.generation < grant.generation);
      await begin(grant, who, session, key, beginExchange(clock)(), mine, isNews);
    },
  };
}

/** A session that was just made is in no storage yet. */
const always = (): boolean => true;

/** Facts of a session whose server tells none. */
function plainFacts(grant: Grant, now: number): SessionFacts {
  return {
    id: grant.sessionId,
    type: 'default',
    createdAt: grant.serverTime ?? now,
    absoluteEndsAt: null,
    idleTimeoutMs: null,
    remembered: false,
  };
}
