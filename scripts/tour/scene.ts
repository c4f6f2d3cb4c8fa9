import type { Page } from 'playwright-core';
import type { Album } from './album.ts';
import type { Stage } from './stage.ts';

/** A part of the tour: does something, checks what is to be seen, and takes pictures of it. */
export type Scene = (stage: Stage, album: Album) => Promise<void>;

/** The first three open pages: the tabs of this tour. */
export function tabsOf(stage: Stage): [Page, Page, Page] {
  const [one, two, three] = stage.pages();
  if (!one || !two || !three) throw new Error('Three tabs are needed by now.');
  return [one, two, three];
}
