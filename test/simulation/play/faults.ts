import type { FaultStep } from '../steps.ts';
import { thieve } from '../thief.ts';
import type { World } from '../world.ts';
import { setStorage } from './storage.ts';

/** Breaks something outside of the product, or mends it. */
export async function playFault(world: World, step: FaultStep): Promise<void> {
  const { clock, browser, server } = world;
  const { tabs, network } = browser;
  const now = clock.now();
  switch (step.do) {
    case 'network':
      if (step.weather !== 'fine' || network.weather !== 'fine') network.troubledAt = now;
      network.weather = step.weather;
      for (const { tab } of browser.pages) {
        const online = step.weather !== 'offline';
        if (tab.platform.lifecycle.seemsOnline() !== online) tab.platform.setOnline(online);
      }
      return clock.settle();
    case 'fate':
      network.fates.push(step);
      return;
    case 'messages':
      browser.messagesTroubledAt = now;
      browser.messagesFine = step.how === 'fine';
      return setMessages(world, step.how);
    case 'old_message':
      tabs.wires.shout({ v: 0, type: 'refreshed', token: 'x' });
      tabs.wires.shout({ v: 1, type: 'signed_up', sessionId: 'x' });
      return;
    case 'storage':
      return setStorage(world, step.how);
    case 'lock':
      return setLock(world, step.how);
    case 'server':
      if (step.how === 'restart') {
        network.cut();
        server.machines.restart();
      } else if (step.how === 'fail_over') {
        network.troubledAt = now;
        network.cut();
        await server.machines.failOver();
      } else if (step.how === 'new_secret') server.machines.newSecret();
      else server.machines.meetOldNode();
      return;
    case 'thief':
      return thieve(world, step.how);
  }
}

function setMessages({ browser }: World, how: 'fine' | 'lost' | 'late' | 'doubled'): void {
  const delays = { fine: [1], lost: [], late: [7000], doubled: [1, 3000] }[how];
  browser.tabs.wires.deliver(() => delays);
}

function setLock(world: World, how: 'seize' | 'steal' | 'free'): void {
  const { browser, clock } = world;
  browser.lockTroubledAt = clock.now();
  browser.troubledAt = clock.now();
  if (how !== 'seize') {
    world.freeLock?.();
    world.freeLock = null;
  }
  browser.strangerHolds = how === 'seize';
  if (how === 'free') return;
  const free = browser.tabs.locks.seize('sojourn:default');
  if (how === 'seize') world.freeLock = free;
  else free();
}
