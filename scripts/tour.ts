// `npm run tour [folder]`: drives the demo in Chromium against the real server, checks what it shows, and keeps pictures of it.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createAlbum } from './tour/album.ts';
import { scenes } from './tour/scenes.ts';
import { openStage } from './tour/stage.ts';

const [name = 'tour', ...more] = folderArguments();
if (more.length > 0) usage();
const folder = path.resolve(name);
const foreign = existsSync(folder) ? readdirSync(folder).find((file) => !/\.png$|^README\.md$/.test(file)) : undefined;
if (foreign !== undefined) {
  console.error(`${folder} holds ${foreign}, so it is not a folder of pictures; name another one.`);
  process.exit(1);
}
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const startedAt = performance.now();
const stage = await openStage();
const album = createAlbum(folder);
try {
  for (const [title, scene] of Object.entries(scenes)) {
    console.log(title);
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

function folderArguments(): string[] {
  try {
    return parseArgs({ allowPositionals: true }).positionals;
  } catch {
    usage();
  }
}

function usage(): never {
  console.error('Usage: npm run tour [folder]   (default: tour; what is in the folder is replaced)');
  process.exit(1);
}
