import { seededRandom } from '../../src/testing/index.ts';
import { name } from './server/session-name.ts';
import type { World } from './world.ts';

const sender = { browser: 'elsewhere', thief: true };

/** Somebody copies what the vault holds, and plays it from another machine. The key that does not leave the browser is not in the copy. */
export async function thieve(world: World, how: 'copy' | 'refresh' | 'refresh_with_note' | 'call'): Promise<void> {
  const { browser, server, truth, clock, setting } = world;
  if (how === 'copy') {
    const record = (browser.pages[0]?.vault ?? browser.tabs.vault).record();
    if (record?.kind !== 'live') return;
    const { sessionId, refreshToken, accessToken, pending } = record;
    world.loot = { sessionId, refreshToken, accessToken, note: pending?.key ?? null };
    const known = truth.sessions.get(sessionId);
    if (known) known.honestSinceThief = [];
    truth.note(`the thief copies ${name(sessionId)}`);
    return;
  }
  const { loot } = world;
  if (!loot) return;
  // His own key: the one the tokens are bound to stayed where it was.
  const own = { key: 'the key of the thief', now: clock.now() };
  if (how === 'call') {
    const { status } = await server.call(loot.accessToken, { ...own, accessToken: loot.accessToken });
    if (status === 200) suspect(world, 'an access token');
    return;
  }
  const { refreshToken } = loot;
  if (refreshToken === null) return;
  const fresh = seededRandom(setting.seed + clock.monotonic()).key();
  const attemptKey = how === 'refresh_with_note' ? (loot.note ?? fresh) : fresh;
  const answer = await server.refresh(sender, {
    refreshToken,
    attemptKey,
    attempts: null,
    proof: setting.mode === 'bearer' ? null : { ...own, attemptKey, refreshToken },
  });
  if (answer.status !== 200) return;
  suspect(world, 'a refresh token');
  const { access_token: accessToken, refresh_token: next } = answer.json as Record<string, string>;
  world.loot = { ...loot, accessToken: accessToken ?? '', refreshToken: next ?? null, note: null };
}

/** The thief got something. For how long may he? */
function suspect({ setting, truth, clock, loot }: World, what: string): void {
  if (setting.mode !== 'bearer') return truth.violate(3, `a thief without the key used ${what}`);
  const [, second] = truth.sessions.get(loot?.sessionId ?? '')?.honestSinceThief ?? [];
  if (second !== undefined && clock.now() > second + setting.accessMs)
    truth.violate(3, `a thief used ${what} after two honest refreshes and the life of an access token`);
}
