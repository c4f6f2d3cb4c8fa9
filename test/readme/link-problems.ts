import { posix } from 'node:path';
import { parseSource } from '../architecture/source-files.ts';
import { testTitles } from '../architecture/test-titles.ts';
import { anchors, links, type Link } from './markdown.ts';

/**
 * What is wrong with the links of a page: files, headings and tests that are not there. `read` answers the text of a file
 * of the repository, null where there is none. Links to the web are not looked at.
 */
export function linkProblems(page: string, read: (file: string) => string | null): string[] {
  const text = read(page) ?? '';
  return links(text).flatMap((link) => {
    const problem = problemOf(link, { page, text, read });
    return problem === null ? [] : [`${page}:${link.line} ${link.target}: ${problem}`];
  });
}

interface Place {
  page: string;
  text: string;
  read: (file: string) => string | null;
}

function problemOf({ target, title }: Link, { page, text, read }: Place): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [relative = '', anchor] = target.split('#');
  const file = relative === '' ? '' : posix.join(posix.dirname(page), relative);
  const linked = file === '' ? text : read(file);
  if (linked === null) return 'no such file';
  if (anchor !== undefined && !anchors(linked).includes(anchor)) return 'no such heading';
  if (!/\.test\.tsx?$/.test(file)) return null;
  if (title === null) return 'name the test in the title, [text](file "name of the test")';
  const titles = testTitles(parseSource(file, linked)).map((each) => each.title);
  return titles.includes(title) ? null : `the file has no test "${title}"`;
}
