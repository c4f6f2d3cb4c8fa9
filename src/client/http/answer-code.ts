/** What a resource server says by the standard (RFC 9470 section 3). */
const standardStepUp = 'insufficient_user_authentication';

/**
 * Why the API refused: `code` (or `error`) of its JSON, else `error` of its `WWW-Authenticate` (RFC 6750 section 3,
 * RFC 9449 section 9), which pages of other origins often cannot see. The body stays readable. A wish for a new proof of who
 * it is reads `step_up_required` in either language.
 */
export async function answerCode(response: Response): Promise<string | undefined> {
  const { headers } = response;
  const challenged = /\berror="?([\w-]+)/.exec(headers.get('www-authenticate') ?? '')?.[1];
  if (challenged === standardStepUp) return 'step_up_required';
  if (!/[/+]json\b/i.test(headers.get('content-type') ?? '')) return challenged;
  try {
    const { code, error } = (await response.clone().json()) as { code?: unknown; error?: unknown };
    const told = [code, error, challenged].find((found): found is string => typeof found === 'string');
    return told === standardStepUp ? 'step_up_required' : told;
  } catch {
    return challenged;
  }
}
