import type { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import type { TradeId } from '#client';
import { readDeadLetters } from '#relayer';
import type { DeadLetterCodes } from './voids.ts';

/** More than that says the same again and again. */
const MAX_LETTERS = 10_000;
const PAGE = 1_000;

/** What the relayer noted about voids. A Redis that was emptied, or is away, has nothing to say: the verification then says so. */
export async function readDeadLetterCodes(redisUrl: string, market: PublicKey): Promise<DeadLetterCodes> {
  const codes = new Map<bigint, { code: string; reason: string }>();
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  try {
    for (let after: TradeId | undefined; codes.size < MAX_LETTERS; ) {
      const page = await readDeadLetters(redis, market.toBase58(), { limit: PAGE, ...(after && { after }) });
      for (const { tradeId, code, reason } of page.letters) codes.set(tradeId, { code, reason });
      after = page.next;
      if (after === undefined) break;
    }
  } catch {
    // The voids stay unexplained, which fails the verification by itself when there are any.
  } finally {
    redis.disconnect();
  }
  return codes;
}
