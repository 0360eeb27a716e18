import { Connection } from '@solana/web3.js';
import { LockstepError } from '#client';
import { TransientError } from '../../errors.ts';

export interface RpcOptions {
  readonly rpcUrl: string;
  /** Milliseconds after which a call counts as unanswered. */
  readonly timeoutMs: number;
}

export function createConnection({ rpcUrl, timeoutMs }: RpcOptions): Connection {
  return new Connection(rpcUrl, {
    // web3.js has no timeout of its own, and its own retries would hide a node that refuses.
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
    disableRetryOnRateLimit: true,
  });
}

/** Whatever went wrong with a call taught us nothing. What an answer says about our data is an error of its own. */
export async function asked<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof LockstepError && cause.code !== 'ACCOUNT_MISSING') throw cause;
    throw new TransientError('RPC_UNAVAILABLE', `${what}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
