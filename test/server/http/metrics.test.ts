import { describe, expect, it } from 'vitest';
import { textFormat } from '../../../src/server/http/metrics/text-format.ts';
import { hashOf } from '../tokens/hash-of.ts';
import { attemptKey, baseUrl, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

const key = 'metrics-key-Zx81-q0p9-w2o8-e3i7';

/** The samples of a reading, by name and labels. */
async function samplesOf({ call }: ServerUnderTest): Promise<Map<string, number>> {
  const text = await (await call('GET', '/metrics')).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line): [string, number] => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}

describe('GET /metrics', () => {
  it('does not exist unless it is asked for', async () => {
    const { call } = await serverUnderTest();
    expect((await call('GET', '/metrics')).status).toBe(404);
  });

  it('is for whoever has its key, when it has one', async () => {
    const { call } = await serverUnderTest({ metrics: { key } });
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: key }]) {
      const refused = await call('GET', '/metrics', { headers });
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    const answer = await call('GET', '/metrics', { headers: { authorization: `Bearer ${key}` } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
  });

  it('counts requests by route, method and status, with their durations', async () => {
    const on = await serverUnderTest({ metrics: true });
    await on.signIn();
    await on.call('DELETE', '/sessions/session_abc');
    await on.call('DELETE', '/sessions/session_def');
    await on.call('GET', '/made/up/by/a/stranger');
    await on.call('GET', '/made/up/by/another');
    await on.call('BREW' as 'GET', '/time');
    const samples = await samplesOf(on);
    const requests = 'sojourn_http_requests_total';
    expect(samples.get(`${requests}{route="/sessions",method="POST",status="201"}`)).toBe(1);
    expect(samples.get(`${requests}{route="/sessions/:id",method="DELETE",status="401"}`)).toBe(2);
    expect(samples.get(`${requests}{route="none",method="GET",status="404"}`)).toBe(2);
    expect(samples.get(`${requests}{route="none",method="other",status="405"}`)).toBe(1);
    const duration = 'sojourn_http_request_duration_seconds';
    const labels = 'route="/sessions/:id",method="DELETE"';
    expect(samples.get(`${duration}_count{${labels}}`)).toBe(2);
    expect(samples.get(`${duration}_bucket{${labels},le="+Inf"}`)).toBe(2);
    expect(samples.get(`${duration}_sum{${labels}}`)).toBeGreaterThan(0);
    expect([...samples.keys()].filter((name) => /stranger|session_|BREW/.test(name))).toEqual([]);
  });

  it('names routes without the path that they are mounted under', async () => {
    const on = await serverUnderTest({ metrics: true, basePath: '/auth' });
    await on.call('GET', '/auth/time');
    const text = await (await on.call('GET', '/auth/metrics')).text();
    expect(text).toContain('sojourn_http_requests_total{route="/time",method="GET",status="200"} 1\n');
  });

  it('counts refreshes by what became of them', async () => {
    const on = await serverUnderTest({ metrics: true });
    const { refresh_token: first } = await on.signIn();
    await on.refresh(first!);
    await on.refresh(first!);
    await on.refresh(first!, attemptKey('of-a-thief'));
    await on.refresh('forged');
    const client = await on.provingClient();
    const dpop = await client.prove('POST', `${baseUrl}/sessions`);
    const { refresh_token: bound } = await on.signIn({ headers: { dpop } });
    await on.refresh(bound!);
    const proof = await client.prove('POST', `${baseUrl}/token`, {
      claims: { idk: attemptKey('first'), rth: hashOf(bound!) },
    });
    await on.refresh(bound!, attemptKey('first'), { headers: { dpop: proof } });
    const samples = await samplesOf(on);
    const count = (outcome: string, reason = ''): number | undefined =>
      samples.get(`sojourn_refreshes_total{outcome="${outcome}",reason="${reason}"}`);
    expect([count('rotated'), count('replayed'), count('wrong_key')]).toEqual([2, 1, 1]);
    expect([count('ended', 'reuse_detected'), count('ended', 'unknown')]).toEqual([1, 1]);
  });

  it('counts a remember token that comes twice among the spent ones, and types that are removed with their sessions', async () => {
    const adminKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';
    const on = await serverUnderTest({ metrics: true, adminKeys: [adminKey] });
    const headers = { origin: '(none)', authorization: `Bearer ${adminKey}` };
    const token = await on.sessions.remember.issue('user_ada');
    for (const status of [200, 401])
      expect((await on.call('POST', '/admin/remember-tokens/redeem', { headers, json: { token } })).status).toBe(
        status,
      );
    await on.sessions.types.define({ tag: 'kiosk' });
    await on.call('DELETE', '/admin/session-types/kiosk?force=true', { headers });
    const samples = await samplesOf(on);
    expect(samples.get('sojourn_refreshes_total{outcome="ended",reason="reuse_detected"}')).toBe(1);
    expect(samples.get('sojourn_revocations_total{scope="type"}')).toBe(1);
  });

  it('counts sign-ins, revocations and open streams', async () => {
    const adminKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';
    const on = await serverUnderTest({ metrics: true, adminKeys: [adminKey] });
    const { access_token: accessToken, revocation_token: token } = await on.signIn();
    await on.call('POST', '/sessions', { json: { credentials: { username: 'ada', password: 'wrong' } } });
    await on.call('POST', '/sessions', { json: {} });
    const stream = await on.call('GET', '/events', { accessToken });
    expect((await samplesOf(on)).get('sojourn_open_streams')).toBe(1);
    await stream.body!.cancel();
    await on.call('POST', '/revoke', { form: { token } });
    await on.call('POST', '/revoke', { form: { token } });
    const { access_token } = await on.signIn();
    await on.call('DELETE', '/sessions?scope=all', { accessToken: access_token });
    await on.call('POST', '/admin/revoke-everybody', {
      headers: { origin: '(none)', authorization: `Bearer ${adminKey}` },
      json: { confirm: 'everybody' },
    });
    const samples = await samplesOf(on);
    expect(samples.get('sojourn_sign_ins_total{result="signed_in"}')).toBe(2);
    expect(samples.get('sojourn_sign_ins_total{result="wrong_credentials"}')).toBe(1);
    expect(samples.get('sojourn_sign_ins_total{result="bad_request"}')).toBe(1);
    expect(samples.get('sojourn_revocations_total{scope="one"}')).toBe(1);
    expect(samples.get('sojourn_revocations_total{scope="all"}')).toBe(1);
    expect(samples.get('sojourn_revocations_total{scope="everybody"}')).toBe(1);
    expect(samples.get('sojourn_open_streams')).toBe(0);
  });

  it('counts requests that the store failed', async () => {
    const on = await serverUnderTest({ metrics: true });
    const { access_token: accessToken } = await on.signIn();
    await on.sessions.close();
    expect((await on.call('GET', '/session', { accessToken })).status).toBe(503);
    expect((await samplesOf(on)).get('sojourn_store_errors_total')).toBe(1);
  });

  it('tells further metrics, as they are when it is read', async () => {
    let carts = 1;
    const more = () => [{ name: 'carts', help: 'Full ones.', type: 'gauge' as const, samples: [{ value: carts }] }];
    const on = await serverUnderTest({ metrics: { more } });
    expect((await samplesOf(on)).get('carts')).toBe(1);
    carts = 2;
    expect((await samplesOf(on)).get('carts')).toBe(2);
  });
});

describe('the text format', () => {
  it('escapes what would end a line or a label', () => {
    const help = 'One\\two\nthree';
    const samples = [{ labels: { a: 'b"c\\d\ne' }, value: 1 }, { value: Infinity }];
    expect(textFormat([{ name: 'x_total', help, type: 'counter', samples }])).toBe(
      '# HELP x_total One\\\\two\\nthree\n# TYPE x_total counter\nx_total{a="b\\"c\\\\d\\ne"} 1\nx_total +Inf\n',
    );
  });
});
