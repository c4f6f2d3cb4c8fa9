import { createStore, type Store } from './store.ts';

/** A value that survives a reload: of this tab, or shared with all tabs. */
export function createKept(area: 'tab' | 'browser', name: string, initial: string): Store<string> {
  const storage = area === 'tab' ? sessionStorage : localStorage;
  const key = `playground:${name}`;
  const store = createStore(storage.getItem(key) ?? initial);
  if (area === 'browser') {
    addEventListener('storage', (event) => {
      if (event.key === key) store.set(event.newValue ?? initial);
    });
  }
  const set = (next: string): void => {
    if (next === initial) storage.removeItem(key);
    else storage.setItem(key, next);
    store.set(next);
  };
  return { ...store, set, update: (change) => set(change(store.getState())) };
}
