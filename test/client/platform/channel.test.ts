import { afterEach, describe, expect, test, vi } from 'vitest';
import { tabChannel, type OpenWire } from '../../../src/client/platform/channel.ts';
import { loadedWire, nativeWire } from '../../../src/client/platform/wires.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';
import { pageLifecycle } from '../../../src/client/platform/lifecycle.ts';
import type { TabMessage } from '../../../src/protocol/tab-message.ts';

const message: TabMessage = { v: 1, type: 'refreshed', sessionId: 's', generation: 4 };
let count = 0;
const closers: Array<() => void> = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

function native(name: string) {
  const heard: unknown[] = [];
  const channel = tabChannel(name, nativeWire, pageLifecycle());
  channel.subscribe((one) => heard.push(one));
  closers.push(channel.close);
  return { channel, heard };
}

describe('a channel', () => {
  test('reaches others of its name, not itself and not other names', async () => {
    const name = `t${count++}`;
    const [a, b, other] = [native(name), native(name), native(`${name}x`)];
    a.channel.post(message);
    await vi.waitFor(() => expect(b.heard).toEqual([message]));
    expect([a.heard, other.heard]).toEqual([[], []]);
  });

  test('posts without anybody subscribed here, and leaves nothing open', async () => {
    const name = `t${count++}`;
    const { heard } = native(name);
    tabChannel(name, nativeWire, pageLifecycle()).post(message);
    await vi.waitFor(() => expect(heard).toEqual([message]));
  });

  test('malformed, foreign and future messages never arrive', async () => {
    const name = `t${count++}`;
    const { heard } = native(name);
    const raw = new BroadcastChannel(`sojourn:${name}`);
    closers.push(() => raw.close());
    for (const bad of [
      null,
      'text',
      7,
      [],
      {},
      { ...message, v: 2 },
      { ...message, generation: '4' },
      { v: 1, type: 'later' },
      { type: 'refreshed' },
    ])
      raw.postMessage(bad);
    raw.postMessage(message);
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0));
    expect(heard).toEqual([message]);
  });
});

describe('a channel on a page', () => {
  function onPage() {
    const platform = fakePlatform();
    const open: Array<{ receive: (data: unknown) => void; closed: boolean }> = [];
    const wire: OpenWire = (_, receive) => {
      const end = { receive, closed: false };
      open.push(end);
      return { post: () => {}, close: () => void (end.closed = true) };
    };
    let away = false;
    const lifecycle = { ...platform.lifecycle, isAway: () => away };
    const emit = (event: 'away' | 'back'): void => {
      away = event === 'away';
      platform.emit(event);
    };
    return { platform, open, emit, channel: tabChannel('page', wire, lifecycle) };
  }

  test('I4: is closed while the page is away and open again when it is back', () => {
    const { open, emit, channel } = onPage();
    const heard: unknown[] = [];
    channel.subscribe((one) => heard.push(one));
    emit('away');
    expect(open.map((end) => end.closed)).toEqual([true]);
    emit('back');
    expect(open.map((end) => end.closed)).toEqual([true, false]);
    open[1]?.receive(message);
    expect(heard).toEqual([message]);
  });

  test('is not opened by who subscribes while the page is away, and a message posted then leaves nothing open', () => {
    const { open, emit, channel } = onPage();
    emit('away');
    channel.subscribe(() => {});
    expect(open).toEqual([]);
    channel.post(message);
    expect(open.map((end) => end.closed)).toEqual([true]);
    emit('back');
    expect(open).toHaveLength(2);
  });

  test('I8: is open only while somebody listens, and leaves no listener', () => {
    const { open, platform, channel } = onPage();
    const stops = [channel.subscribe(() => {}), channel.subscribe(() => {})];
    expect(open).toHaveLength(1);
    stops.forEach((stop) => stop());
    stops.forEach((stop) => stop());
    expect([open[0]?.closed, platform.listeners()]).toEqual([true, 0]);
    channel.subscribe(() => {});
    channel.close();
    expect([open.map((end) => end.closed), platform.listeners()]).toEqual([[true, true], 0]);
  });
});

describe('the broadcast-channel package', () => {
  test('carries messages between Node processes, what is posted at once and right before closing too', async () => {
    const name = `p${count++}-${process.pid}`;
    const lifecycle = fakePlatform().lifecycle;
    const make = () => tabChannel(name, loadedWire(true), { ...lifecycle, isAway: () => false });
    const heard: unknown[] = [];
    const [a, b] = [make(), make()];
    closers.push(a.close, b.close);
    b.subscribe((one) => heard.push(one));
    await vi.waitFor(
      () => {
        a.post(message);
        expect(heard[0]).toEqual(message);
      },
      { timeout: 4000, interval: 100 },
    );
  });
});

describe('a runtime without messages', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.doUnmock('broadcast-channel');
  });

  test('that refuses the channel: nothing throws, nothing arrives', () => {
    vi.stubGlobal(
      'BroadcastChannel',
      class {
        constructor() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        }
      },
    );
    const { channel, heard } = native(`t${count++}`);
    channel.post(message);
    expect(heard).toEqual([]);
  });

  test('where the package finds nothing to work with: nothing throws, no rejection is left over', async () => {
    vi.doMock('broadcast-channel', () => ({
      BroadcastChannel: class {
        constructor() {
          throw new Error('No usable method found');
        }
      },
    }));
    vi.resetModules();
    const wires = await import('../../../src/client/platform/wires.ts');
    const channel = tabChannel(`t${count++}`, wires.loadedWire(false), pageLifecycle());
    channel.subscribe(() => {});
    closers.push(channel.close);
    // An unhandled rejection fails the run.
    await vi.dynamicImportSettled();
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => channel.post(message)).not.toThrow();
  });
});
