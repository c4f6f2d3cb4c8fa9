/**
 * A text in a form whose bytes sort as JavaScript sorts the text, by code unit: for stores that compare bytes. In UTF-8 the second
 * half of Unicode comes after what JavaScript puts last; and half a character is none there. A sign leads, so that no client takes
 * it for JSON.
 */
export function orderedName(text: string): string {
  let name = '=';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < firstSurrogate) name += text[i];
    else if (unit < firstPrivate) name += surrogates + String.fromCharCode(unit - firstSurrogate + moved);
    else name += rest + String.fromCharCode(unit - firstPrivate + moved);
  }
  return name;
}

/** The text of an {@link orderedName}. */
export function nameOf(ordered: string): string {
  let text = '';
  for (let i = 1; i < ordered.length; i++) {
    const unit = ordered[i]!;
    if (unit === surrogates) text += String.fromCharCode(ordered.charCodeAt(++i) - moved + firstSurrogate);
    else if (unit === rest) text += String.fromCharCode(ordered.charCodeAt(++i) - moved + firstPrivate);
    else text += unit;
  }
  return text;
}

const firstSurrogate = 0xd800;
const firstPrivate = 0xe000;
/** Marks of what comes next: the units of the first range, and of the second. */
const surrogates = '\uE000';
const rest = '\uE001';
/** Where both ranges are moved to. */
const moved = 0x1000;
