import { network } from './network.ts';
import { server } from './server-control.ts';
import { useStore } from './store.ts';
import { skew } from './tab-clock.ts';

/** Ends every fault that this page can see. */
export function backToNormal(): void {
  network.cutTab(false);
  network.cutAll(false);
  skew.set(0);
  void server.setMode('fine');
}

/** How many faults are on. */
export function useFaultCount(): number {
  const { tabCut, allCut } = useStore(network.line);
  const skewMs = useStore(skew);
  const { mode, drops } = useStore(server);
  return [tabCut, allCut, skewMs !== 0, mode !== 'fine', drops].filter(Boolean).length;
}
