import { beginAct } from './begin-act.ts';
import type { Act, Evidence } from './evidence.ts';
import type { Notebook, Seat } from './seat.ts';

/** The people in front of the tabs, and one of them at another device. */
export interface People {
  signIn(seat: Seat, user: string, over: boolean): void;
  signOut(seat: Seat): void;
  /** From another device. */
  signOutEverywhere(user: string | null): void;
  request(seat: Seat): void;
  refresh(seat: Seat): void;
  /** Whom the tabs show; null for nobody. */
  current(): string | null;
  /** Settles when nobody is in the middle of signing in or out; answers what does not settle. */
  settled(withinMs: number): Promise<string[]>;
}

type PeopleNotes = Notebook & Pick<Evidence, 'acts' | 'askedRefreshes'>;

/** Creates {@link People}. The other device calls the server at `url`, past the faults; the tabs call it at `proxied`. */
export function createPeople(book: PeopleNotes, server: { url: string; proxied: string }): People {
  const busy = new Map<Promise<unknown>, string>();
  let changing = false;

  function begin(what: string, work: Promise<unknown>): void {
    const going = work.finally(() => busy.delete(going)).catch(() => {});
    busy.set(going, what);
  }

  /** One at a time signs in or out in the browser, as with people. */
  function change(what: string, act: Act, work: () => Promise<Partial<Act>>): void {
    if (changing) return;
    changing = true;
    book.acts.push(act);
    book.note(what);
    begin(
      what,
      work()
        .then(
          (outcome) => Object.assign(act, outcome, { acknowledged: true }),
          (error: Error) => book.note(`${what}: ${error.message.split('\n', 1)[0]}`),
        )
        .finally(() => {
          act.until = Date.now();
          changing = false;
          book.note(`${what}: ${act.acknowledged ? 'done' : 'not acknowledged'}`);
          book.count(`${act.kind} ${act.acknowledged ? 'done' : 'not acknowledged'}`);
        }),
    );
  }

  const people: People = {
    current: () => book.states.at(-1)?.user ?? null,
    signIn(seat, user, over) {
      const tab = seat.usable();
      if (!tab || (!over && people.current() !== null)) return;
      change(`${user} signs in in tab ${seat.name}`, beginAct('sign_in', `user_${user}`), () =>
        tab.page.evaluate(async (username) => {
          const { session } = await window.harness.session.signIn({ username, password: 'demo' });
          return { session: session.id };
        }, user),
      );
    },
    signOut(seat) {
      const tab = seat.usable();
      if (!tab) return;
      change(`somebody signs out in tab ${seat.name}`, beginAct('sign_out'), () =>
        tab.page.evaluate(async () => {
          const state = window.harness.session.getState();
          await window.harness.session.signOut();
          return { session: state.status === 'authenticated' ? state.session.id : null };
        }),
      );
    },
    signOutEverywhere(user) {
      if (user === null) return;
      const act = beginAct('sign_out_everywhere', user);
      book.acts.push(act);
      book.note(`${user} signs out everywhere, at another device`);
      const work = endEverywhere(server.url, user.replace('user_', '')).then(
        () => (act.acknowledged = true),
        () => {},
      );
      const done = work.finally(() => {
        act.until = Date.now();
        book.count(`sign_out_everywhere ${act.acknowledged ? 'done' : 'not acknowledged'}`);
      });
      begin('signing out everywhere', done);
    },
    request(seat) {
      const tab = seat.usable();
      if (!tab) return;
      const work = tab.page.evaluate(async (url) => {
        const atServer = window.harness.session.fetch(`${url}/session`).then(
          ({ status }) => status,
          (error: { code?: string }) => error.code ?? String(error),
        );
        return [await window.harness.call(), await atServer];
      }, server.proxied);
      begin(
        `a request of tab ${seat.name}`,
        work.then((answers) => answers.forEach((answer) => book.count(`request ${answer}`))),
      );
    },
    refresh(seat) {
      const tab = seat.usable();
      if (!tab) return;
      book.askedRefreshes += 1;
      const work = tab.page.evaluate(() =>
        window.harness.session.refresh().then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      );
      begin(
        `a refresh of tab ${seat.name}`,
        work.then((answer) => book.count(`refresh ${answer}`)),
      );
    },
    async settled(withinMs) {
      const deadline = Date.now() + withinMs;
      while (busy.size > 0 && Date.now() < deadline) {
        const rest = new Promise((resolve) => setTimeout(resolve, 250));
        await Promise.race([Promise.all(busy.keys()), rest]);
      }
      return [...busy.values()];
    },
  };
  return people;
}

/** Signs in at another device, and out everywhere. */
async function endEverywhere(server: string, username: string): Promise<void> {
  const answer = await fetch(`${server}/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ credentials: { username, password: 'demo' } }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const ended = await fetch(`${server}/sessions?scope=all`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${token}` },
  });
  if (ended.status !== 200) throw new Error(`Signing out everywhere was answered ${ended.status}.`);
}
