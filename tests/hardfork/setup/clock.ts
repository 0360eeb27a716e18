import type { PublicKey } from '@solana/web3.js';
import { fieldOffsets } from '#client';
import type { Localnet } from '#localnet';

/** When the last trade id of a market changed. */
export interface CursorClock {
  /** A fork made another market: from now on that one's cursor counts, too. */
  follow(market: PublicKey): void;
  /**
   * How long nothing settled behind this trade, in ms: from the moment its batch landed to the next one. Undefined while the next one has not
   * landed.
   */
  standstillAfter(id: bigint): number | undefined;
  stop(): void;
}

const LOOK_MS = 5;
const DISCRIMINATOR_BYTES = 8;

/** Looks into the node itself, past RPC. */
export function cursorClock(chain: Localnet, first: PublicKey): CursorClock {
  const offset = DISCRIMINATOR_BYTES + (fieldOffsets('MarketHeader').get('last_trade_id') ?? Number.NaN);
  const markets = [first];
  const moved: { readonly id: bigint; readonly atMs: number }[] = [];
  const cursorOf = (market: PublicKey): bigint => {
    const data = chain.getAccount(market)?.data;
    return data === undefined ? 0n : Buffer.from(data).readBigUInt64LE(offset);
  };
  const look = setInterval(() => {
    let id = 0n;
    for (const cursor of markets.map(cursorOf)) if (cursor > id) id = cursor;
    if (id !== moved.at(-1)?.id) moved.push({ id, atMs: performance.now() });
  }, LOOK_MS);
  return {
    follow: (market) => void markets.push(market),
    standstillAfter(id) {
      const at = moved.findIndex((one) => one.id >= id);
      const [last, next] = [moved[at], moved[at + 1]];
      return last === undefined || next === undefined ? undefined : next.atMs - last.atMs;
    },
    stop: () => clearInterval(look),
  };
}
