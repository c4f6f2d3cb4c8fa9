// Finds or installs what the tests need and says in one line what it found.
import { provisionChromium } from './provision-chromium.ts';
import { provisionEngines } from './provision-engines.ts';
import { provisionRedis } from './provision-redis.ts';

const { path, line } = await provisionChromium();
console.log(line);
console.log(provisionRedis().line);
for (const engine of provisionEngines()) console.log(engine);
if (path === null) process.exitCode = 1;
