import { maySend, reachServer, send, take } from './client.ts';
import { isDead, type World } from './server.ts';
import { absoluteEnd, idleEnd, type State } from './state.ts';

/** The promise that a state breaks, in words, or null. What an answer may not be is looked at where it is given. */
export function brokenBy(world: World, state: State): string | null {
  return brokenByTime(state) ?? (isHarmless(world) ? brokenToClient(world, state) : brokenToThief(world, state));
}

/** Whether nobody in this world could be taken for a second holder. */
function isHarmless({ scope }: World): boolean {
  return scope.thief === undefined || scope.thief === 'profile without key';
}

function brokenByTime({ server }: State): string | null {
  const isMoved = server.absoluteEndsAt !== absoluteEnd || (server.windowEndsAt ?? 0) > absoluteEnd;
  return isMoved ? 'A refresh moves an end past the absolute end.' : null;
}

function brokenToClient(world: World, state: State): string | null {
  if (state.server.endReason === 'reuse_detected') return 'An honest client is taken for a thief.';
  const { signOut, signedOutEverywhere, failedOver } = state;
  if (signOut !== 'none' || signedOutEverywhere || isOver(world, state)) return null;
  // What a failover of everything brought back may have been told to the client already.
  if (failedOver && world.scope.failover === 'anything') return null;
  if (state.vault === null) return 'An honest client loses a living session.';
  return isDead(state) || goesOn(world, state) ? null : 'An honest client cannot go on.';
}

function isOver({ scope }: World, { now, server }: State): boolean {
  return now >= (server.windowEndsAt ?? absoluteEnd) || (scope.limit === 'idle' && now >= idleEnd);
}

/** Whether a tab that asks now, without trouble, has its tokens in two requests at most. */
function goesOn(world: World, state: State): boolean {
  const at = 0;
  const alone: State = {
    ...state,
    tabs: [
      { flight: null, corrected: null },
      { flight: null, corrected: null },
    ],
  };
  let asked = alone;
  for (let request = 0; request < 2; request++) {
    if (!maySend(world.scope, asked, at)) return false;
    const answered = reachServer(world, send(world.scope, asked, at), at);
    if (answered.tabs[at].flight?.answer?.kind === 'granted') return true;
    asked = take(world.scope, answered, at);
  }
  return false;
}

/** Once both used a token, the session is dead; but for the one whose attempt key the thief copied, he is its owner's equal. */
function brokenToThief(_world: World, state: State): string | null {
  if (isDead(state)) return null;
  const { used, thief } = state;
  const both = used.thief.find((token) => used.client.includes(token) && !thief?.keys.includes(token));
  return both === undefined ? null : `Two holders of token ${both} live on.`;
}
