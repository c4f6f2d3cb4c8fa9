import type { OpenWire } from '../client/platform/channel.ts';
import type { Clock } from '../client/core/ports.ts';
import type { TabMessage } from '../protocol/tab-message.ts';
import type { Gate } from './gate.ts';

/**
 * What becomes of one message on its way to one tab: the delays, in milliseconds, after which it arrives.
 * `[]` loses it, `[0]` delivers it at once, `[0, 50]` doubles it.
 */
export type Delivery = (message: TabMessage, from: string, to: string) => readonly number[];

/** The messages between the tabs of one simulated browser. */
export interface FakeWires {
  /** How one tab opens its end. */
  forTab(id: string, gate: Gate): OpenWire;
  /** Sets what becomes of messages from now on. */
  deliver(rule: Delivery): void;
  forget(gate: Gate): void;
  /** Ends that are open. */
  open(): number;
  /** Says something to every tab, as another version of the app might. */
  shout(message: unknown): void;
  /** Everything posted so far. */
  readonly posted: readonly TabMessage[];
}

interface End {
  name: string;
  id: string;
  gate: Gate;
  receive: (data: unknown) => void;
}

/** Creates {@link FakeWires}. */
export function fakeWires(clock: Clock): FakeWires {
  const ends = new Set<End>();
  const posted: TabMessage[] = [];
  let rule: Delivery = () => [0];

  function carry(message: TabMessage, to: End, delayMs: number): void {
    // Queued in a tab that is held, lost in one that closed its end meanwhile.
    const arrive = (): void => to.gate.run(() => void (ends.has(to) && to.receive(structuredClone(message))));
    if (delayMs > 0) clock.after(delayMs, arrive);
    else queueMicrotask(arrive);
  }

  return {
    forTab: (id, gate) => (name, receive) => {
      const end: End = { name, id, gate, receive };
      ends.add(end);
      return {
        post(message) {
          if (gate.state === 'gone') return;
          posted.push(structuredClone(message));
          for (const to of ends)
            if (to !== end && to.name === name)
              for (const delayMs of rule(message, id, to.id)) carry(message, to, delayMs);
        },
        close: () => void ends.delete(end),
      };
    },
    deliver: (next) => void (rule = next),
    forget(gate) {
      for (const end of ends) if (end.gate === gate) ends.delete(end);
    },
    shout(message) {
      for (const to of ends) to.gate.run(() => to.receive(structuredClone(message)));
    },
    open: () => ends.size,
    posted,
  };
}
