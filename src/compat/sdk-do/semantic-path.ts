/** A path as text. It is also what a path becomes in a template, in JSON and as an event's name. */
export interface PathText {
  readonly path: string;
  toString(): string;
  valueOf(): string;
  toJSON(): string;
}

/** `$.Subject.predicate.Object`: a name for something, written as code. Any name leads on to a longer path. */
export type SemanticPath = PathText & { readonly [name: string]: SemanticPath };

/** Events of sessions. */
export type SessionAction =
  | 'created'
  | 'started'
  | 'updated'
  | 'touched'
  | 'extended'
  | 'refreshed'
  | 'idled'
  | 'expired'
  | 'revoked'
  | 'deleted';

/** Where every path begins. */
export type PathRoot = SemanticPath & {
  readonly Session: SemanticPath & { readonly [Action in SessionAction]: SemanticPath };
};

/** Subject, predicate and object of a path. */
export interface Triple {
  subject: string;
  predicate: string;
  object: string;
}

const root = '$';

/** A path of which every property is a longer one. */
export function createPath(): PathRoot {
  return extended(root) as PathRoot;
}

function extended(path: string): SemanticPath {
  const text = (): string => path;
  const target: PathText = { path, toString: text, valueOf: text, toJSON: text };
  return new Proxy(target, {
    get: (_, name) => {
      if (name === Symbol.toPrimitive) return text;
      if (typeof name === 'symbol') return undefined;
      if (name === 'toString' || name === 'valueOf' || name === 'toJSON') return text;
      // At the root it is a subject of that name: the root itself needs no text.
      if (name === 'path' && path !== root) return path;
      return extended(`${path}.${name}`);
    },
  }) as SemanticPath;
}

/** The text of a path of three parts. */
export function path(subject: string, predicate: string, object: string): string {
  return [root, subject, predicate, object].join('.');
}

/** The parts of a path that has exactly three; null for any other. */
export function parsePath(text: string | PathText): Triple | null {
  const [first, subject, predicate, object, ...rest] = String(text).split('.');
  if (first !== root || !subject || !predicate || !object || rest.length > 0) return null;
  return { subject, predicate, object };
}

/** Puts a path together. `build` throws an Error while a part is missing. */
export interface TripleBuilder {
  subject(name: string): TripleBuilder;
  predicate(name: string): TripleBuilder;
  object(name: string): TripleBuilder;
  build(): string;
}

/** `triple().subject('Order').predicate('created').object('Customer').build()` */
export function triple(parts: Partial<Triple> = {}): TripleBuilder {
  return {
    subject: (subject) => triple({ ...parts, subject }),
    predicate: (predicate) => triple({ ...parts, predicate }),
    object: (object) => triple({ ...parts, object }),
    build: () => {
      const { subject, predicate, object } = parts;
      if (!subject || !predicate || !object)
        throw new Error('A path needs a subject, a predicate and an object; name all three before `build`.');
      return path(subject, predicate, object);
    },
  };
}
