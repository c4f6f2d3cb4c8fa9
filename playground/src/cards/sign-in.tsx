import { useSession, useSessionManager } from 'sojourn/react';
import { useRef, useState, type FormEvent, type ReactElement } from 'react';
import { Avatar } from '../parts/avatar.tsx';
import { Card } from '../parts/card.tsx';
import { useTask } from '../parts/use-task.ts';
import { demoPassword, demoPeople } from '../world/people.ts';
import { server } from '../world/server-control.ts';
import { serverUrl } from '../world/server-url.ts';
import { useStore } from '../world/store.ts';
import { EndNotice } from './end-notice.tsx';

export function SignIn(): ReactElement {
  const manager = useSessionManager();
  const isLoading = useSession((state) => state.status === 'loading');
  const { status } = useStore(server);
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(false);
  const submit = useRef<HTMLButtonElement>(null);
  const { busy, trouble, run } = useTask();

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    run(() => manager.signIn({ username, password }, { remember }));
  }

  function fill(name: string): void {
    setUsername(name);
    setPassword(demoPassword);
    submit.current?.focus();
  }

  return (
    <Card title="Sign in" note="Three people live in this demo. Pick one, then sign in." className="sign-in">
      <EndNotice />
      <ul className="people">
        {demoPeople.map(({ username: name, name: full, role }) => (
          <li key={name}>
            <button type="button" onClick={() => fill(name)} aria-pressed={username === name}>
              <Avatar name={full} />
              <span>
                <strong>{full}</strong>
                <span className="hint">
                  {role} · {name} / {demoPassword}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={onSubmit}>
        <label className="field">
          <span>User name</span>
          <input
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Password</span>
          <input
            name="password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <label className="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} />
          <span>
            Remember me <span className="hint">for 14 days without a visit</span>
          </span>
        </label>
        <button ref={submit} type="submit" className="button primary wide" disabled={busy || isLoading}>
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
        <p className="trouble" role="alert">
          {trouble && `Not signed in: ${trouble}.`}
        </p>
      </form>
      {status === 'unreachable' && (
        <p className="note">
          Nothing answers at <code>{serverUrl}</code>. Start it with <code>npm start</code>.
        </p>
      )}
    </Card>
  );
}
