import type { OpenWire } from './channel.ts';

/** A wire on the runtime's own `BroadcastChannel`. */
export const nativeWire: OpenWire = (name, receive) => {
  let channel: BroadcastChannel;
  try {
    channel = new BroadcastChannel(name);
  } catch {
    // Firefox, where storage is blocked: no other tab shares anything with this one.
    return { post() {}, close() {} };
  }
  channel.onmessage = (event) => receive(event.data);
  // Node: an open channel alone is no reason to stay alive.
  (channel as { unref?: () => void }).unref?.();
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
};

/** A wire by a package that is loaded when the first one is opened. What is posted meanwhile waits for it. */
export function loadedWire(betweenProcesses: boolean): OpenWire {
  return (name, receive) => {
    const wire = import('./package-wire.ts').then(({ packageWire }) => packageWire(name, receive, betweenProcesses));
    // Messages are hints: where the package cannot be loaded, or finds nothing to work with, there are none.
    wire.catch(() => {});
    const use = (run: (opened: Awaited<typeof wire>) => void): void => void wire.then(run).catch(() => {});
    return { post: (message) => use((opened) => opened.post(message)), close: () => use((opened) => opened.close()) };
  };
}
