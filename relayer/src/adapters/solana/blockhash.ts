import type { BlockhashWithExpiryBlockHeight, Connection } from '@solana/web3.js';
import type { Clock } from '../../ports.ts';
import { asked } from './rpc.ts';

/**
 * Recent blockhashes, asked for once per `maxAgeMs`. At `confirmed`: `processed` may be of a fork that dies, and `finalized`
 * would have spent a quarter of its life already.
 */
export function createBlockhashCache(connection: Connection, clock: Clock, maxAgeMs: number) {
  let known: { readonly value: BlockhashWithExpiryBlockHeight; readonly atMs: number } | undefined;
  return {
    /** @param fresh asks the node even when the known one is young */
    async latest(fresh: boolean): Promise<BlockhashWithExpiryBlockHeight> {
      if (!fresh && known !== undefined && clock.now() - known.atMs < maxAgeMs) return known.value;
      const value = await asked('latest blockhash', () => connection.getLatestBlockhash('confirmed'));
      known = { value, atMs: clock.now() };
      return value;
    },
  };
}
