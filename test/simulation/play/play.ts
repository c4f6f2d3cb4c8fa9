import type { Step } from '../steps.ts';
import type { World } from '../world.ts';
import { playFault } from './faults.ts';
import { playPerson } from './people.ts';
import { playTab } from './tabs.ts';
import { playTime } from './time.ts';

/** Carries out one step. What it sets off goes on while later steps wait. */
export function play(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'wait':
    case 'sleep':
    case 'set_clock':
      return playTime(world, step);
    case 'open':
    case 'duplicate':
    case 'close_all':
    case 'reload':
    case 'crash':
    case 'close':
    case 'freeze':
    case 'stall':
    case 'leave':
    case 'thaw':
    case 'look':
    case 'throttle':
      return playTab(world, step);
    case 'act':
    case 'stay_active':
    case 'token':
    case 'fresh_token':
    case 'call':
    case 'refresh':
    case 'adopt_older':
    case 'sign_in':
    case 'sign_out':
    case 'revoke':
    case 'new_claims':
      return playPerson(world, step);
    default:
      return playFault(world, step);
  }
}
