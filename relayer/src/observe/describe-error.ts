/** An error as the log shows it. */
export interface DescribedError {
  readonly type: string;
  readonly code?: string | number;
  readonly message: string;
  readonly advice?: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/** Causes deeper than this say nothing new; a cause may also name itself. */
const MAX_CAUSES = 5;
const BLANK = '***';
/** UTF-16 units of a text that are looked at: a node may answer with megabytes. */
const MAX_TEXT = 2_048;
// Each begins at a scheme and never runs past the slash of the next one: linear in the text.
const CREDENTIALS_IN_URL = /:\/\/[^\s/?#]*@/g;
/** Of the kinds of URL a relayer is given: providers put keys into path and query. */
const PATH_IN_URL = /\b((?:https?|wss?|rediss?):\/\/[^\s/?#'"`]+)[/?#][^\s'"`)\]}>,;]+/gi;
/** Where a text was cut, what comes before an @ that is gone. */
const UNFINISHED_HOST = /:\/\/[^\s/?#]*$/;

/**
 * Keeps what is known to be safe and drops the rest: libraries attach what they were doing to their errors, and a failed
 * login is a command with the password in it. `secrets` are blanked in the texts, and so is all of a URL but its host.
 */
export function describeError(error: unknown, secrets: readonly string[] = [], causes = MAX_CAUSES): DescribedError {
  const hide = (text: string) => withoutSecretsIn(text, secrets);
  if (!(error instanceof Error)) return { type: typeof error, message: hide(String(error)) };
  const { code, advice }: Error & { code?: unknown; advice?: unknown } = error;
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code: hide(code) } : typeof code === 'number' ? { code } : {}),
    message: hide(error.message),
    ...(typeof advice === 'string' ? { advice: hide(advice) } : {}),
    ...(error.stack === undefined ? {} : { stack: hide(error.stack) }),
    ...(error.cause === undefined || causes === 0 ? {} : { cause: describeError(error.cause, secrets, causes - 1) }),
  };
}

/** The text with `secrets`, and credentials, paths and queries in URLs, blanked; cut when it is long, saying so. */
export function withoutSecretsIn(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== '');
  if (text.length <= MAX_TEXT) return hidden(text, known);
  // A secret that the first cut splits lies in what the second one takes off.
  const longest = Math.max(0, ...known.map((secret) => secret.length));
  const shown = hidden(text.slice(0, MAX_TEXT + longest), known);
  const kept = shown.slice(0, Math.min(MAX_TEXT, shown.length - longest)).replace(UNFINISHED_HOST, `://${BLANK}`);
  return `${kept} [cut: ${text.length} characters]`;
}

function hidden(text: string, secrets: readonly string[]): string {
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, BLANK), text)
    .replaceAll(CREDENTIALS_IN_URL, `://${BLANK}@`)
    .replaceAll(PATH_IN_URL, `$1/${BLANK}`);
}
