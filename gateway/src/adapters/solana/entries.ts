import type { Connection, PublicKey } from '@solana/web3.js';
import { readTraderEntry } from '#client';
import { RequestRefused } from '../../errors.ts';
import type { Entries, Entry } from '../../ports.ts';

export interface EntriesDeps {
  readonly connection: Connection;
  readonly programId: PublicKey;
  readonly market: PublicKey;
  /** Milliseconds that only grow. */
  readonly nowMs: () => number;
}

/** An entry changes hands only by being closed and opened again; what it may still spend the engine checks. */
const FRESH_MS = 5_000;
/** Somebody else's entry is not read more often than this, however often he asks. */
const MISS_FRESH_MS = 500;
const MAX_CACHED = 10_000;

interface Cached {
  readonly atMs: number;
  readonly entry: Promise<Entry | undefined>;
}

/** Reads one entry at a time, and believes it for a few seconds. */
export function createEntries({ connection, programId, market, nowMs }: EntriesDeps): Entries {
  const cache = new Map<number, Cached>();

  const read = (trader: number): Promise<Entry | undefined> => {
    const entry = readTraderEntry(connection, market, trader, 'confirmed', programId).then(({ value }) => value);
    cache.delete(trader);
    cache.set(trader, { atMs: nowMs(), entry });
    entry.catch(() => cache.delete(trader));
    const oldest = cache.keys().next().value;
    if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
    return entry;
  };
  const find = async (trader: number, owner: Uint8Array): Promise<Entry | undefined> => {
    const cached = cache.get(trader);
    if (cached === undefined) return read(trader);
    const age = nowMs() - cached.atMs;
    const entry = await cached.entry;
    const isHis = entry !== undefined && Buffer.from(owner).equals(entry.owner.toBytes());
    return age < (isHis ? FRESH_MS : MISS_FRESH_MS) ? entry : read(trader);
  };
  return {
    async find(trader, owner) {
      try {
        return await find(trader, owner);
      } catch (cause) {
        throw new RequestRefused('CHAIN_UNAVAILABLE', 'the entry could not be read from the chain', {}, { cause });
      }
    },
  };
}
