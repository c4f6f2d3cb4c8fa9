import type { TabMessage } from '../../protocol/tab-message.ts';
import type { Context } from './context.ts';
import type { IdleWatch } from './idle-watch.ts';
import type { Cleanup, LifecycleEvent } from './ports.ts';
import type { Renewal } from './renewal.ts';
import { tombstone } from './tombstone.ts';
import type { Vigil } from './vigil.ts';

/** The parts of a manager that hear what goes on around it. */
export interface Listeners {
  idle: IdleWatch;
  renewal: Renewal;
  vigil: Vigil;
}

/** Listens to the other tabs, to the page and to the person. Everything heard is a hint; the vault is asked for the facts. */
export function listen(context: Context, { idle, renewal, vigil }: Listeners): Cleanup {
  const { platform, tab, hub, channel } = context;
  let away = false;

  function hear(message: TabMessage): void {
    const known = tab.live();
    const ours = known?.sessionId === message.sessionId;
    switch (message.type) {
      case 'activity':
        if (!ours) return;
        idle.heard(message.at);
        return context.changed();
      case 'changed':
        return ours ? hub.emit('changed', {}) : undefined;
      case 'ended':
        if (!ours) break;
        // A sign-out holds at once. That the vault has it too is made sure of when the hurry is over.
        tab.hold(tombstone(known, message.reason, message.at), false);
        context.owed.retry();
        return context.changed();
      case 'refreshed':
        // Whoever sent this has just reached the server. What this tab found out about the network is older.
        if (ours) tab.show({ type: 'connection', connection: 'online' });
        if (ours && known.generation > message.generation) return;
        break;
      case 'signed_in':
        break;
    }
    vigil.read().catch(() => (tab.armed = false));
  }

  function onLifecycle(event: LifecycleEvent): void {
    if (event === 'offline') return;
    if (event === 'away' || event === 'back') away = event === 'away';
    // Not on the way out, where `hidden` comes too: Chromium throws a page with an open transaction out of the back/forward
    // cache as soon as another tab writes, and what is lost here is less than the throttle of such notes.
    if (event === 'hidden' && !away) idle.save();
    if (event === 'online') {
      renewal.hurry();
      // Nobody is signed in, so no request of ours will find out.
      if (!tab.live()) tab.show({ type: 'connection', connection: 'online' });
    }
    if (event !== 'hidden') tab.armed = false;
    if (event === 'online' || event === 'back' || event === 'look') {
      context.flush();
      vigil.look();
    }
    context.changed();
    // Safari shows a page that goes away an empty storage: nothing is decided from it before the page is back.
    if (event === 'away') vigil.rest();
  }

  const cleanups = [
    channel.subscribe(hear),
    platform.lifecycle.subscribe(onLifecycle),
    platform.activity.subscribe(() => idle.activity()),
  ];
  return () => cleanups.forEach((cleanup) => cleanup());
}
