/** Only somebody who is signed in may see a text with this in it. */
export const protectedMark = 'Private diary of';

/** Notes every protected text that is put on the page, however briefly. Imported before the app. */
export function watchProtectedText(shown: { at: number; text: string }[]): () => boolean {
  const note = (node: Node): void => {
    const text = node.textContent ?? '';
    if (text.includes(protectedMark)) shown.push({ at: Date.now(), text });
  };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) note(node);
  }).observe(document, { subtree: true, childList: true });
  return () => document.documentElement.textContent?.includes(protectedMark) ?? false;
}
