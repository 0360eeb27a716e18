const TIMEOUT_MS = 2_000;

/** What the relayer says holds its lane; undefined when nothing does. */
export interface Answer {
  readonly blocked: string | undefined;
}

/** Asks the relayer; undefined when it does not answer: it may be starting, or away, or stand still. */
export async function askRelayer(port: number, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    const ends = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(`http://127.0.0.1:${port}/status`, { signal: ends });
    return { blocked: blockedIn(await response.json()) };
  } catch {
    return undefined;
  }
}

function blockedIn(status: unknown): string | undefined {
  const { blocked } = (status ?? {}) as { blocked?: { reason?: unknown } };
  return typeof blocked?.reason === 'string' ? blocked.reason : undefined;
}
