import { createSessionManager, type SessionManager } from 'sojourn';
import { demoPassword, demoPeople } from './people.ts';
import { serverUrl } from './server-url.ts';
import { createStore, type Store } from './store.ts';

/** Session ids of the devices that this page plays. */
export const pretendDevices: Store<readonly string[]> = createStore<readonly string[]>([]);

/**
 * Signs the same person in once more, with a manager that keeps everything in memory: to the server a device of its own,
 * with its own key and its own session. It lives as long as this tab.
 */
export async function addPretendDevice(userId: string): Promise<void> {
  const person = demoPeople.find(({ id }) => id === userId);
  if (!person) return;
  const device: SessionManager = createSessionManager({
    name: `device-${crypto.randomUUID()}`,
    url: serverUrl,
    persistence: 'memory',
    idle: false,
  });
  device.on('ended', () => device.dispose());
  const { session } = await device.signIn({ username: person.username, password: demoPassword });
  pretendDevices.update((before) => [...before, session.id]);
}
