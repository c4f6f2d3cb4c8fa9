// `npm run tour [folder]`: drives the demo in Chromium against the real server, checks what it shows, and keeps pictures of it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createAlbum } from './tour/album.ts';
import { scenes } from './tour/scenes.ts';
import { openStage } from './tour/stage.ts';

const folder = path.resolve(process.argv[2] ?? 'tour');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const startedAt = performance.now();
const stage = await openStage();
const album = createAlbum(folder);
try {
  for (const [name, scene] of Object.entries(scenes)) {
    console.log(name);
    // Somebody is there, however long the scene before took.
    await stage.pages()[0]?.keyboard.press('Shift');
    await scene(stage, album);
  }
  if (stage.complaints.length > 0) throw new Error(`The pages complained:\n${stage.complaints.join('\n')}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(
    `\n${album.count()} pictures in ${path.relative(process.cwd(), folder) || folder}, ${seconds} s. Everything was seen.`,
  );
} catch (error) {
  await album.failed(stage.pages()).catch(() => {});
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
} finally {
  writeFileSync(path.join(folder, 'README.md'), album.captions());
  await stage.close();
}
