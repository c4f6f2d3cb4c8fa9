import { isSessionError, type SessionManager, type SessionView } from 'sojourn';
import { useSession, useSessionManager } from 'sojourn/react';
import { useEffect, useState, type ReactElement } from 'react';
import { Card } from '../parts/card.tsx';
import { useNow } from '../parts/use-now.ts';
import { useTask } from '../parts/use-task.ts';
import { deviceName } from '../words/device-name.ts';
import { ago } from '../words/times.ts';
import { signOut } from '../world/farewell.ts';
import { addPretendDevice, pretendDevices } from '../world/pretend-device.ts';
import { useStore } from '../world/store.ts';

/** Where this person is signed in. */
export function Devices(): ReactElement {
  const userId = useSession((state) => (state.status === 'authenticated' ? state.user.id : null));
  return (
    <Card title="My devices" note="Every sign-in of this person, on any browser." className="devices-card">
      {userId === null ? <p className="empty">Shown when you are signed in.</p> : <List key={userId} userId={userId} />}
    </Card>
  );
}

/** What is there; null while nothing was heard yet, or of somebody who left. */
function useDevices(manager: SessionManager): { list: readonly SessionView[] | null; reload: () => Promise<void> } {
  const [list, setList] = useState<readonly SessionView[] | null>(null);
  const [reload] = useState(() => async (): Promise<void> => {
    try {
      setList(await manager.devices.list());
    } catch (error) {
      // The list of before stays: what cannot be reached now has not changed for that.
      if (!isSessionError(error) && !(error instanceof TypeError)) throw error;
    }
  });
  useEffect(() => {
    void reload();
    const stops = [
      manager.on('changed', () => void reload()),
      manager.on('connection_changed', ({ connection }) => void (connection === 'online' && reload())),
    ];
    return () => stops.forEach((stop) => stop());
  }, [manager, reload]);
  return { list, reload };
}

function List({ userId }: { userId: string }): ReactElement {
  const manager = useSessionManager();
  const { list, reload } = useDevices(manager);
  const pretended = useStore(pretendDevices);
  const { busy, trouble, run } = useTask();
  const now = useNow();
  const act = (work: () => Promise<unknown>): void => run(() => work().then(reload));
  const others = list?.filter(({ current }) => !current) ?? [];
  return (
    <>
      <ul className="devices">
        {list === null && <li className="empty">Asking the server …</li>}
        {list?.map((device) => (
          <li key={device.id}>
            <span>
              <strong>{pretended.includes(device.id) ? 'A pretend device' : deviceName(device)}</strong>
              <span className="hint">
                {device.current ? 'this browser' : `active ${ago(Date.parse(device.last_activity_at), now)}`}
              </span>
            </span>
            {!device.current && (
              <button
                type="button"
                className="button small"
                disabled={busy}
                onClick={() => act(() => manager.devices.revoke(device.id))}
              >
                Sign out<span className="visually-hidden"> {deviceName(device)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <div className="row">
        <button
          type="button"
          className="button small"
          disabled={busy}
          onClick={() => act(() => addPretendDevice(userId))}
        >
          Add a pretend device
        </button>
        <button
          type="button"
          className="button small"
          disabled={busy || others.length === 0}
          onClick={() => act(() => manager.signOut({ scope: 'others' }))}
        >
          Sign out the others
        </button>
        <button
          type="button"
          className="button small danger"
          disabled={busy}
          onClick={() => run(() => everywhere(manager))}
        >
          Sign out everywhere
        </button>
      </div>
      <p className="trouble" role="alert">
        {trouble && `Not done: ${trouble}.`}
      </p>
    </>
  );
}

/** This browser goes whatever happens; of the others one hears whether it worked. */
async function everywhere(manager: SessionManager): Promise<void> {
  await manager.signOut({ scope: 'all' }).catch(async (error: unknown) => {
    if (manager.getState().status === 'authenticated') await signOut();
    throw error;
  });
}
