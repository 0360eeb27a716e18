import type { BlockhashWithExpiryBlockHeight } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import { TransientError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import type { Endpoints } from './endpoints.ts';

/**
 * Recent blockhashes, asked for once per `maxAgeMs`. At `confirmed`: `processed` may be of a fork that dies, and `finalized`
 * would have spent a quarter of its life already.
 */
export function createBlockhashCache(endpoints: Endpoints, clock: Clock, maxAgeMs: number) {
  let known: { readonly value: BlockhashWithExpiryBlockHeight; readonly atMs: number } | undefined;
  return {
    /** @param fresh asks the node even when the known one is young */
    async latest(fresh: boolean): Promise<BlockhashWithExpiryBlockHeight> {
      if (!fresh && known !== undefined && clock.now() - known.atMs < maxAgeMs) return known.value;
      const value = await endpoints.read('latest blockhash', async (node) =>
        checked(await node.getLatestBlockhash('confirmed')),
      );
      known = { value, atMs: clock.now() };
      return value;
    },
  };
}

/** @throws TransientError RPC_UNAVAILABLE for what can't be signed or never expires: another node may know better */
function checked(answer: BlockhashWithExpiryBlockHeight): BlockhashWithExpiryBlockHeight {
  const { blockhash, lastValidBlockHeight } = answer;
  if (!isHash(blockhash)) throw new TransientError('RPC_UNAVAILABLE', 'the node tells a blockhash that is none');
  if (!Number.isSafeInteger(lastValidBlockHeight) || lastValidBlockHeight <= 0)
    throw new TransientError('RPC_UNAVAILABLE', 'the node tells a last valid block height that is none');
  return answer;
}

/** 32 bytes in base58, as an address. */
function isHash(text: string): boolean {
  try {
    return new PublicKey(text).toBase58() === text;
  } catch {
    return false;
  }
}
