// One of eight tabs: notes when a sign-out, or a bare message, was posted and seen.
import { createSessionManager } from 'sojourn';
import { sharedNow } from './now.ts';

/** What a tab can be told to do, and what it saw. */
export interface SignOutTab {
  signIn(): Promise<void>;
  /** Resolves once this tab sees somebody signed in. */
  signedIn(): Promise<void>;
  /** Signs out, answers when the message about it was posted. */
  signOut(): Promise<number>;
  /** Posts the same message on a channel without a manager, answers when. */
  postBare(): number;
  /** When this tab last saw it; null before it did. */
  seen(): { signOut: number | null; bare: number | null };
  forget(): void;
}

declare global {
  var tab: SignOutTab;
}

let postedAt = 0;
let last: object = {};
let signOut: number | null = null;
let bare: number | null = null;

const channel = new BroadcastChannel('bare');
channel.onmessage = () => {
  bare ??= sharedNow();
};

const manager = createSessionManager({ url: location.origin, name: 'signout', liveEvents: false });
manager.subscribe(() => {
  if (manager.getState().status === 'unauthenticated') signOut ??= sharedNow();
});
await manager.ready();

const post = BroadcastChannel.prototype.postMessage;
BroadcastChannel.prototype.postMessage = function (this: BroadcastChannel, message: { type?: string }): void {
  // It is told once more when it is written.
  if (message.type === 'ended' && postedAt === 0) {
    last = message;
    postedAt = sharedNow();
  }
  post.call(this, message);
};

globalThis.tab = {
  async signIn() {
    await manager.signIn({ username: 'ada' });
  },
  signedIn: () =>
    new Promise((resolve) => {
      const look = (): void => {
        if (manager.getState().status !== 'authenticated') return;
        stop();
        resolve();
      };
      const stop = manager.subscribe(look);
      look();
    }),
  async signOut() {
    postedAt = 0;
    await manager.signOut();
    return postedAt;
  },
  postBare() {
    const at = sharedNow();
    post.call(channel, last);
    return at;
  },
  seen: () => ({ signOut, bare }),
  forget() {
    signOut = null;
    bare = null;
  },
};
document.title = 'ready';
