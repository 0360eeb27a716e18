import { Connection } from '@solana/web3.js';
import { LockstepError } from '#client';
import { Interrupted } from './failure.ts';

export function connect(rpcUrl: string): Connection {
  return new Connection(rpcUrl, { commitment: 'confirmed', disableRetryOnRateLimit: true });
}

/**
 * Answers what `read` answers; a node that cannot be reached is said in one sentence.
 * @throws LockstepError RPC_UNAVAILABLE, or what `read` refuses by itself
 */
export async function fromNode<T>(rpcUrl: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof LockstepError || cause instanceof Interrupted) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LockstepError(
      'RPC_UNAVAILABLE',
      `${withoutSecrets(rpcUrl)} did not answer as a Solana node: ${why}`,
      'Check --rpc, and that the node is running.',
      { cause },
    );
  }
}

/** Providers put keys into paths and queries; only the host is fit to be shown. */
export const withoutSecrets = (url: string): string => {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};
