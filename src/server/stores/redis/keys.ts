/** Names of keys. What belongs to one user lies in one slot of a cluster, by the tag in braces. */
export interface Keys {
  /** The short fields of a session. */
  session(tag: string, sid: string): string;
  /** Fields of a session that are long: its data, mostly. */
  long(tag: string, sid: string): string;
  /** Ids of a user's sessions by their end, and the user's latest stamp. */
  index(tag: string): string;
  notBefore(tag: string): string;
  events(tag: string): string;
  /** Ids of the sessions of a type by their creation. */
  type(type: string): string;
  /** Names of types. */
  types: string;
  note(area: string, name: string): string;
  notes(area: string): string;
  /** Everybody's not-before stamp, and a key beside it that a confirmation writes to. */
  everybody: string;
  everybodyConfirmed: string;
  /** What was logged last, of all users, for those who lost the channel. */
  recent: string;
  channel: string;
}

/** The keys under a prefix. */
export function createKeys(prefix: string): Keys {
  return {
    session: (tag, sid) => `${prefix}{${tag}}${sid}`,
    long: (tag, sid) => `${prefix}{${tag}}${sid}:l`,
    index: (tag) => `${prefix}{${tag}}:x`,
    notBefore: (tag) => `${prefix}{${tag}}:b`,
    events: (tag) => `${prefix}{${tag}}:e`,
    type: (type) => `${prefix}type:${encodeURIComponent(type)}`,
    types: `${prefix}types`,
    note: (area, name) => `${prefix}note:{a:${encodeURIComponent(area)}}${name}`,
    notes: (area) => `${prefix}notes:{a:${encodeURIComponent(area)}}`,
    everybody: `${prefix}{everybody}:b`,
    everybodyConfirmed: `${prefix}{everybody}:c`,
    recent: `${prefix}recent`,
    channel: `${prefix}events`,
  };
}

/** Tag and sid of a public id. */
export function partsOf(id: string): { tag: string; sid: string } {
  return { tag: id.slice(8, 24), sid: id.slice(24) };
}

/** The public id of a session. */
export function idOf(tag: string, sid: string): string {
  return `session_${tag}${sid}`;
}
