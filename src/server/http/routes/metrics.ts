import type { Metrics } from '../metrics.ts';
import { textFormat, textFormatType } from '../metrics/text-format.ts';
import { Refusal } from '../refusal.ts';
import type { Route } from '../service.ts';

/** `GET /metrics`: the Prometheus text format 0.0.4. */
export const readMetrics =
  (metrics: Metrics): Route =>
  (service) =>
  async (c) => {
    if (!(await metrics.mayRead(c.req.header('authorization'))))
      throw new Refusal('unauthenticated', 'The metrics need their key: Authorization: Bearer.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    const headers = {
      'Content-Type': textFormatType,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    };
    return new Response(textFormat(metrics.read(service.streams)), { headers });
  };
