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
const CREDENTIALS_IN_URL = /(?<=:\/\/)[^\s/?#]*@/g;

/**
 * Keeps what is known to be safe and drops the rest: libraries attach what they were doing to their errors, and a failed
 * login is a command with the password in it. `secrets` are blanked in the texts, and so are credentials in URLs.
 */
export function describeError(error: unknown, secrets: readonly string[] = [], causes = MAX_CAUSES): DescribedError {
  const hide = (text: string) =>
    secrets
      .filter((secret) => secret !== '')
      .reduce((hidden, secret) => hidden.replaceAll(secret, BLANK), text)
      .replaceAll(CREDENTIALS_IN_URL, `${BLANK}@`);
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
