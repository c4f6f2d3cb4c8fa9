import { deathOf, endOf } from '../../engine/life.ts';
import { raisedNotBefore } from '../../engine/not-before.ts';
import type { SessionRecord } from '../../engine/record.ts';
import { rememberType } from '../../engine/store.ts';

/** What is known of a user apart from the sessions. */
export interface MemoryUser {
  readonly userId: string;
  notBefore: number;
  /** The highest stamp given so far. */
  latestStamp: number;
  /** How many records exist, dead ones too: while there are any, the not-before stamp must stay. */
  records: number;
  /** Ids of sessions that were live when last looked at, or have expired, and nobody marked them. */
  ids: string[];
  /** Before this none of them has expired. */
  earliestEnd: number;
  /** At this many ids the dead are dropped. */
  pruneAt: number;
}

/** The index of users. */
export interface Users {
  get(userId: string): MemoryUser;
  notBefore(userId: string): number;
  add(user: MemoryUser, record: SessionRecord, now: number): void;
  /** Live sessions; drops from the index on the way what is gone. */
  live(user: MemoryUser, now: number): SessionRecord[];
  /** How many are live. Looks at each only when one may have expired since it last did. */
  countLive(user: MemoryUser, now: number): number;
  /** A record of the index was written anew. */
  changed(record: SessionRecord): void;
  /** Ends all sessions of everybody. Answers everybody's not-before stamp. */
  raiseAll(now: number): number;
  /** A record of the user was removed. */
  forget(userId: string): void;
  /** Removes users without records whose stamp is older than `before`. */
  sweep(before: number): void;
}

/** An index of users over `records`. */
export function createUsers(records: ReadonlyMap<string, SessionRecord>): Users {
  const users = new Map<string, MemoryUser>();
  /** Everybody's not-before stamp, for those who come back to a user that was forgotten. */
  let ofEverybody = 0;

  function live(user: MemoryUser, now: number): SessionRecord[] {
    // Marks, and what ends many at once, take sessions from the index: the others are live or expired.
    const there = user.ids.flatMap((id) => records.get(id) ?? []);
    if (there.length < user.ids.length) user.ids = there.map((record) => record.id);
    user.earliestEnd = there.reduce((earliest, record) => Math.min(earliest, endOf(record)), Infinity);
    return there.filter((record) => deathOf(record, user.notBefore, now) === null);
  }

  return {
    live,
    countLive: (user, now) => (now < user.earliestEnd ? user.ids.length : live(user, now).length),
    changed: (record) => {
      const user = users.get(record.userId);
      if (user === undefined) return;
      user.latestStamp = Math.max(user.latestStamp, record.stamp);
      if (record.endReason === null) user.earliestEnd = Math.min(user.earliestEnd, endOf(record));
      else if (user.ids.includes(record.id)) user.ids = user.ids.filter((id) => id !== record.id);
    },
    get: (userId) => {
      let user = users.get(userId);
      if (user === undefined) {
        user = {
          userId,
          notBefore: ofEverybody,
          latestStamp: 0,
          records: 0,
          ids: [],
          earliestEnd: Infinity,
          pruneAt: 16,
        };
        users.set(userId, user);
      }
      return user;
    },
    notBefore: (userId) => users.get(userId)?.notBefore ?? ofEverybody,
    add: (user, record, now) => {
      user.records++;
      if (record.stamp > user.latestStamp) user.latestStamp = record.stamp;
      if (record.type === rememberType) return;
      // `concat` makes an array of the exact size, `push` one with room for 17; most people have few sessions.
      if (user.ids.length < 8) user.ids = user.ids.concat(record.id);
      else user.ids.push(record.id);
      user.earliestEnd = Math.min(user.earliestEnd, endOf(record));
      if (user.ids.length < user.pruneAt) return;
      live(user, now);
      user.pruneAt = Math.max(16, user.ids.length * 2);
    },
    raiseAll: (now) => {
      let latest = 0;
      for (const { notBefore, latestStamp } of users.values()) latest = Math.max(latest, notBefore, latestStamp);
      ofEverybody = raisedNotBefore(ofEverybody, latest, now);
      for (const user of users.values()) {
        user.notBefore = ofEverybody;
        user.ids = [];
        user.earliestEnd = Infinity;
      }
      return ofEverybody;
    },
    forget: (userId) => {
      const user = users.get(userId);
      if (user !== undefined) user.records--;
    },
    sweep: (before) => {
      for (const [userId, user] of users) if (user.records === 0 && user.notBefore < before) users.delete(userId);
    },
  };
}
