import { expect } from 'vitest';
import type { Tab } from './browser.ts';
import { until } from './until.ts';

/** Goes back to a page with the SDK. Resolves when it was restored from the back/forward cache; fails when it was loaded anew. */
export async function goBack(tab: Tab): Promise<void> {
  await tab.back();
  await until('the page is there', () => tab.page.evaluate(() => window.harness !== undefined));
  const arrivals = await until('it was shown', () =>
    tab.page.evaluate(() => {
      const { log } = window.harness;
      const events = log.flatMap((entry) => (entry.type === 'page' ? [entry.event] : []));
      const loads = performance.getEntriesByType('navigation') as { notRestoredReasons?: unknown }[];
      const why = JSON.stringify(loads[0]?.notRestoredReasons ?? null);
      return events.length > 0 && { restored: events.includes('restored'), why };
    }),
  );
  expect({ ...arrivals, notCached: tab.notCached }).toEqual({ restored: true, why: 'null', notCached: [] });
}
