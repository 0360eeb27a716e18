/** What a relayer's `/status` says, as far as commands need it. */
export interface RelayerSaid {
  readonly release?: string;
  /** Batch versions, highest first. */
  readonly speaks?: readonly number[];
  readonly lane?: string;
  readonly state?: string;
  /** Trades received and not on-chain yet. */
  readonly pending?: number;
  readonly blocked?: { readonly code?: string; readonly reason?: string };
}

const ANSWER_MS = 2_000;

/**
 * Undefined when it does not answer, or with something else.
 * @param url of the relayer, whatever its path
 * @throws the signal's reason
 */
export async function readRelayerStatus(url: string, signal?: AbortSignal): Promise<RelayerSaid | undefined> {
  const timeout = AbortSignal.timeout(ANSWER_MS);
  try {
    const ends = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const response = await fetch(new URL('/status', url), { signal: ends });
    const said: unknown = await response.json();
    return typeof said === 'object' && said !== null ? said : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
