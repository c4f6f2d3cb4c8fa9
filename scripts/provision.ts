// Finds or installs what the tests need and says in one line what it found.
import { provisionChromium } from './provision-chromium.ts';

const { path, line } = await provisionChromium();
console.log(line);
if (path === null) process.exitCode = 1;
