import { createManagerCore, type ManagerCore } from '../../src/client/core/manager-core.ts';
import { askOffset } from '../../src/client/core/ask-offset.ts';
import { renewOnce } from '../../src/client/core/renew-once.ts';
import { createLiveWatch } from '../../src/client/core/live-watch.ts';
import { createOutbox } from '../../src/client/core/outbox.ts';
import type { Signal } from '../../src/client/core/ports.ts';
import type { SessionState } from '../../src/client/core/session-state.ts';
import { settingsFrom } from '../../src/client/core/settings.ts';
import { createSignIn } from '../../src/client/core/sign-in.ts';
import type { VaultContents } from '../../src/client/core/vault.ts';
import type { TokenAnswer, Transport } from '../../src/client/core/transport.ts';
import { createFetch } from '../../src/client/http/fetch.ts';
import { grantAnswer, refreshAnswer, revocationAnswer } from '../../src/client/transports/classify-answer.ts';
import type { Answer } from '../../src/client/transports/exchange.ts';
import { referenceGrant } from '../../src/client/transports/reference-grant.ts';
import { noAnswer } from '../../src/client/core/answer-error.ts';
import { SessionError } from '../../src/protocol/session-error.ts';
import { fakeVault, type FakeTab, type FakeVault } from '../../src/testing/index.ts';
import type { Network } from './network.ts';
import type { SimServer } from './server/sim-server.ts';
import type { Sender } from './server/wire.ts';
import type { Setting } from './steps.ts';

/** A tab with a manager in it. */
export interface SimTab {
  readonly tab: FakeTab;
  readonly vault: FakeVault;
  readonly manager: ManagerCore;
  /** A request to the app's API, made for whoever the tab shows. Answers the status. */
  call(): Promise<number>;
}

/** What {@link openSimTab} stands on. */
export interface TabWorld {
  tab: FakeTab;
  vault: FakeVault;
  network: Network;
  server: SimServer;
  setting: Setting;
  sender: Sender;
  /** A request of the API that arrived: for whom it was made, and whose token it carried. */
  onCall(asked: string, holder: string | null): void;
  /** A grant reached the code of the tab. */
  onGrant(sessionId: string, json: unknown): void;
  /** Storage told the tab what it holds, or refused to (null). */
  onStorage(contents: VaultContents | null): void;
  onState(before: SessionState, now: SessionState): void;
}

const api = 'https://api.test';
const requestTimeoutMs = 10_000;

/** Opens a manager in a tab: the real core, the real reading of answers, the real `fetch`, on a simulated network. */
export function openSimTab(world: TabWorld): SimTab {
  const { tab, vault, network, server, setting, sender } = world;
  const { platform } = tab;
  const { clock, keys } = platform;
  const cookies = setting.mode === 'cookie';
  const settings = settingsFrom({
    onIdentityChange: setting.onIdentityChange,
    binding: setting.mode === 'bearer' ? 'none' : 'all',
  });

  /** As the transports do it: one bound for the request and its body, ended early by `signal`. */
  function bounded(what: string, signal: Signal | null, answer: Promise<Answer>): Promise<Answer> {
    // What is given up may still fail, later, with nobody to hear of it.
    answer.catch(() => {});
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new SessionError('aborted', `${what} was given up.`));
      if (signal?.aborted) return giveUp();
      (signal as AbortSignal | null)?.addEventListener('abort', giveUp);
      const stop = clock.after(requestTimeoutMs, () => reject(new SessionError('timeout', `${what}: no answer.`)));
      answer
        .then(resolve, (cause) => reject(noAnswer(what, cause, platform.lifecycle.seemsOnline())))
        .finally(() => {
          stop();
          // Node never lets go of a linked signal that somebody still listens to, nor of the world behind it.
          (signal as AbortSignal | null)?.removeEventListener('abort', giveUp);
        });
    });
  }

  const send = (what: string, signal: Signal | null, carry: () => Promise<Answer>): Promise<Answer> =>
    tab.bind(() => bounded(what, signal, carry()))();

  const failed = (error: unknown): TokenAnswer => ({ kind: 'failed', error: error as SessionError });
  const proofOf = (proof: string | null): Record<string, unknown> | null =>
    proof === null ? null : (JSON.parse(proof) as Record<string, unknown>);

  function heard(answer: TokenAnswer, json: unknown): TokenAnswer {
    if (answer.kind === 'granted') world.onGrant(answer.grant.sessionId, json);
    return answer;
  }

  function watched(asking: Promise<VaultContents>): Promise<VaultContents> {
    asking.then(world.onStorage, () => world.onStorage(null));
    return asking;
  }

  const grantOf = (json: unknown): ReturnType<typeof referenceGrant> => referenceGrant(json, cookies);
  const transport: Transport = {
    tokenUrl: `${api}/token`,
    signInUrl: `${api}/sessions`,
    apiUrl: api,
    acceptsProof: true,
    refresh({ sessionId, refreshToken, attemptKey, attempts, proof, signal }) {
      const call = {
        refreshToken: cookies ? (network.jar.get(sessionId) ?? null) : refreshToken,
        attemptKey,
        attempts: cookies ? attempts : null,
        proof: proofOf(proof),
      };
      return send('The refresh', signal, () => network.carry(() => server.refresh(sender, call), { fated: true })).then(
        (answer) => heard(refreshAnswer(answer, grantOf, cookies), answer.json),
        failed,
      );
    },
    signIn({ credentials, remember, proof, signal }) {
      const { user } = credentials as { user: string };
      const work = () => server.signIn(sender, user, remember, proofOf(proof));
      return send('The sign-in', signal, () => network.carry(work)).then(
        (answer) => heard(grantAnswer('The sign-in', answer, grantOf), answer.json),
        failed,
      );
    },
    revoke: (token, signal) =>
      send('The revocation', signal, () => network.carry(() => server.revoke(token))).then(
        revocationAnswer,
        () => false,
      ),
    time: (signal) =>
      send('The time', signal, () => network.carry(async () => ({ status: 200, json: { now: server.now() } }))).then(
        ({ json }) => (json as { now?: number } | undefined)?.now ?? null,
        () => null,
      ),
    parseGrant: (tokens) => {
      const grant = grantOf(tokens);
      if (!grant) throw new SessionError('invalid_token', 'no grant');
      return grant;
    },
  };

  async function sendCall(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const token = request.headers.get('authorization')?.split(' ')[1] ?? '';
    const proof = proofOf(request.headers.get('dpop'));
    const isTouch = request.url.endsWith('/touch');
    if (!isTouch) world.onCall(request.headers.get('x-as') ?? '', server.holderOf(token));
    const carried = network.carry(() => (isTouch ? server.touch(token, proof) : server.call(token, proof)));
    const { status, json } = await bounded('The call', init?.signal ?? null, carried);
    return Response.json(json ?? null, { status });
  }

  const manager = createManagerCore({
    platform,
    settings,
    network: async () => ({ transport, keys, askOffset, renewOnce, createLiveWatch, createSignIn, createOutbox }),
    vault: {
      ...tab.vault,
      read: () => watched(tab.vault.read()),
      update: (change) => watched(tab.vault.update(change)),
    },
    memoryVault() {
      const memory = fakeVault();
      memory.fallBack('memory');
      return memory;
    },
    async touch() {
      const { status } = await requests.fetch(`${api}/session/touch`, { method: 'POST' });
      if (status !== 200) throw new SessionError('network_error', 'The touch failed.', { status });
    },
    openStream: null,
  });
  const requests = createFetch({
    authorizer: manager,
    keys,
    clock,
    origins: [api],
    baseUrl: api,
    fetch: tab.bind(sendCall),
  });

  let state = manager.state.getState();
  manager.state.subscribe(() => {
    const before = state;
    state = manager.state.getState();
    world.onState(before, state);
  });

  return {
    tab,
    vault,
    manager,
    async call() {
      const shown = manager.state.getState();
      const as = shown.status === 'authenticated' ? shown.user.id : undefined;
      const { status } = await requests.fetch(`${api}/x`, { headers: { 'x-as': as ?? '' } }, as);
      return status;
    },
  };
}
