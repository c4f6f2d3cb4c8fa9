import { arriving } from './arriving.ts';
import { breaking } from './breaking.ts';
import { leaving } from './leaving.ts';
import type { Scene } from './scene.ts';

/** Everything, in the order of the story. */
export const scenes: Record<string, Scene> = { ...arriving, ...leaving, ...breaking };
