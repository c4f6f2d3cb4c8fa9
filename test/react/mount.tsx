import { act, StrictMode, type ReactElement, type ReactNode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { onTestFinished } from 'vitest';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

/** What is on the page. */
export interface Mounted {
  text(): string;
  render(element: ReactNode): Promise<void>;
  unmount(): Promise<void>;
}

/** Renders into a fresh element of the page, which is taken away when the test ends. */
export async function mount(
  element: ReactElement,
  options: { strict?: boolean; html?: string } = {},
): Promise<Mounted> {
  const { strict = false, html } = options;
  const container = document.createElement('div');
  document.body.append(container);
  const wrap = (node: ReactNode): ReactNode => (strict ? <StrictMode>{node}</StrictMode> : node);
  let root: Root;
  await act(async () => {
    if (html === undefined) {
      root = createRoot(container);
      root.render(wrap(element));
    } else {
      container.innerHTML = html;
      root = hydrateRoot(container, wrap(element), {
        onRecoverableError: (error) => {
          throw error;
        },
      });
    }
  });
  const mounted: Mounted = {
    text: () => container.textContent ?? '',
    render: (node) => act(async () => root.render(wrap(node))),
    unmount: () => act(async () => root.unmount()),
  };
  onTestFinished(async () => {
    await mounted.unmount();
    container.remove();
  });
  return mounted;
}
