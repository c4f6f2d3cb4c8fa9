// Writes the pages that say which tests hold which row. A test fails while it is not written anew.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { checklistPage, checklistProblems } from '../test/architecture/checklist.ts';
import { readTestTitles } from '../test/architecture/test-titles.ts';
import { capabilities } from '../test/compat/capabilities.ts';
import { catalogue } from '../test/scenarios/catalogue.ts';
import { root } from './public-names.ts';

for (const list of [catalogue, capabilities]) {
  const tests = readTestTitles(list.folders);
  writeFileSync(path.join(root, list.page), checklistPage(list, tests));
  const problems = checklistProblems(list, tests);
  console.log(`${list.page} is written${problems.length === 0 ? '.' : `; it has ${problems.length} gaps:`}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
