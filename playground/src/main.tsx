import { SessionProvider } from 'sojourn/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { start } from './start.ts';
import { App } from './app.tsx';
import { session } from './world/session.ts';

start();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <SessionProvider manager={session}>
        <App />
      </SessionProvider>
    </StrictMode>,
  );
}
