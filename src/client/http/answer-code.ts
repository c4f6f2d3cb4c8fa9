/**
 * Why the API refused: `code` (or `error`) of its JSON, else `error` of its `WWW-Authenticate` (RFC 6750 section 3,
 * RFC 9449 section 9), which pages of other origins often cannot see. The body stays readable.
 */
export async function answerCode(response: Response): Promise<string | undefined> {
  const { headers } = response;
  const challenged = /\berror="?([\w-]+)/.exec(headers.get('www-authenticate') ?? '')?.[1];
  if (!/[/+]json\b/i.test(headers.get('content-type') ?? '')) return challenged;
  try {
    const { code, error } = (await response.clone().json()) as { code?: unknown; error?: unknown };
    return [code, error, challenged].find((found): found is string => typeof found === 'string');
  } catch {
    return challenged;
  }
}
