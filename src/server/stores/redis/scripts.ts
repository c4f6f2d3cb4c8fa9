import { everybodyLua } from './lua/everybody.ts';
import { giveUseBackLua, takeUseLua } from './lua/limits.ts';
import { dropNoteLua, pruneNotesLua, putNoteLua } from './lua/notes.ts';
import { sessionLua } from './lua/session.ts';
import {
  endLua,
  outdateLua,
  putDataLua,
  reauthenticateLua,
  rescheduleLua,
  rotateLua,
  stepLua,
  touchLua,
} from './lua/steps.ts';
import { createLua, eventsLua, indexLua, logLua, raiseLua, visitLua } from './lua/users.ts';

const step = (lua: string): string => sessionLua + stepLua + lua;
const user = (lua: string): string => sessionLua + lua;

export type ScriptName =
  | 'rotate'
  | 'touch'
  | 'putData'
  | 'reauthenticate'
  | 'outdate'
  | 'reschedule'
  | 'end'
  | 'create'
  | 'raise'
  | 'everybody'
  | 'index'
  | 'visit'
  | 'log'
  | 'events'
  | 'takeUse'
  | 'giveUseBack'
  | 'putNote'
  | 'dropNote'
  | 'pruneNotes';

/** What Redis runs, each in one atomic step. */
export const scripts: Readonly<Record<ScriptName, string>> = {
  rotate: step(rotateLua),
  touch: step(touchLua),
  putData: step(putDataLua),
  reauthenticate: step(reauthenticateLua),
  outdate: step(outdateLua),
  reschedule: step(rescheduleLua),
  end: step(endLua),
  create: user(createLua),
  raise: user(raiseLua),
  everybody: everybodyLua,
  index: user(indexLua),
  visit: user(visitLua),
  log: user(logLua),
  events: user(eventsLua),
  takeUse: takeUseLua,
  giveUseBack: giveUseBackLua,
  putNote: putNoteLua,
  dropNote: dropNoteLua,
  pruneNotes: pruneNotesLua,
};
