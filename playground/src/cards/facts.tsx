import type { Connection, Persistence, TokenState } from 'sojourn';
import { useSession, useToken } from 'sojourn/react';
import type { ReactElement, ReactNode } from 'react';
import { StateDot, type Tone } from '../parts/state-dot.tsx';
import { nameOf } from '../world/people.ts';

const connections: Readonly<Record<Connection, [Tone, string]>> = {
  online: ['good', 'Online'],
  degraded: ['warn', 'Server in trouble'],
  offline: ['bad', 'Offline'],
};
const freshnesses: Readonly<Record<TokenState['freshness'], [Tone, string]>> = {
  fresh: ['good', 'Fresh'],
  stale: ['warn', 'Refresh due'],
  expired: ['bad', 'Expired'],
  none: ['off', 'None'],
};
const places: Readonly<Record<Persistence, string>> = {
  persistent: 'This browser',
  tab: 'This tab',
  memory: 'Memory only',
};

/** Who, network, token and storage: four facts that do not hang on each other. */
export function Facts(): ReactElement {
  const { connection, persistence } = useSession();
  const freshness = useToken((token) => token.freshness);
  const [networkTone, network] = connections[connection];
  const [tokenTone, token] = freshnesses[freshness];
  return (
    <dl className="facts">
      <Fact name="Who">
        <Who />
      </Fact>
      <Fact name="Connection">
        <StateDot tone={networkTone}>{network}</StateDot>
      </Fact>
      <Fact name="Access token">
        <StateDot tone={tokenTone}>{token}</StateDot>
      </Fact>
      <Fact name="Kept in">
        <StateDot tone={persistence === 'memory' ? 'warn' : 'good'}>{places[persistence]}</StateDot>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Who(): ReactElement {
  const state = useSession();
  if (state.status === 'authenticated') return <StateDot tone="good">{nameOf(state.user)}</StateDot>;
  if (state.status === 'loading') return <StateDot tone="off">Looking …</StateDot>;
  return <StateDot tone="off">Nobody</StateDot>;
}
