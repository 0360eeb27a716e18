import type { TradeV1 } from '#client';
import { EntryStatus, feeOf, fieldOffsets, marketSpace, quoteAmount, U64_MAX, VersionBit } from '#client';
import { patchHeader, u64 } from '../tests/program/setup/patch.ts';
import type { World } from '../tests/program/setup/world.ts';
import { initializeArgs, keys, marketWorld } from '../tests/program/setup/world.ts';

const MAKER_BPS = 5;
export const TAKER_BPS = 10;
/** No market is made smaller. */
const MIN_CAPACITY = 64;
const COUNT_BYTES = 4;

/**
 * A market whose entries hold what all `trades` need, whatever order they settle in. Its account is written as a whole: opening
 * 50,000 entries by transactions would take minutes.
 * @throws RangeError when the needs exceed what a market can owe
 */
export function wireMarket(trades: readonly TradeV1[], traders: number): World {
  const feeTiers = Array.from({ length: 4 }, () => ({ makerBps: MAKER_BPS, takerBps: TAKER_BPS }));
  const allowedBatchVersions = VersionBit.V1 | VersionBit.V2;
  const world = marketWorld({ ...initializeArgs, feeTiers, allowedBatchVersions });
  const key = keys.market.publicKey;
  const empty = world.chain.data(key);
  const data = new Uint8Array(marketSpace(Math.max(traders, MIN_CAPACITY)));
  data.set(empty.subarray(0, marketSpace(0)));
  const view = new DataView(data.buffer);
  view.setUint32(marketSpace(0) - COUNT_BYTES, traders, true);
  const needs = needsOf(trades, traders);
  needs.forEach(({ base, quote }, index) => {
    const at = (field: string) => marketSpace(index) + offsetIn(field);
    data.set(key.toBytes(), at('owner'));
    view.setBigUint64(at('base_lots'), base, true);
    view.setBigUint64(at('quote_atoms'), quote, true);
    data[at('status')] = EntryStatus.Open;
  });
  world.chain.put(key, { data, owner: world.chain.programId, lamports: world.chain.rent(data.length) });
  patchHeader(world, 'base_lots_total', u64(total(needs.map(({ base }) => base))));
  patchHeader(world, 'quote_atoms_total', u64(total(needs.map(({ quote }) => quote))));
  return world;
}

interface Need {
  base: bigint;
  quote: bigint;
}

/** What each trader pays and delivers in all, by index. */
function needsOf(trades: readonly TradeV1[], traders: number): Need[] {
  const needs = Array.from({ length: traders }, (): Need => ({ base: 0n, quote: 0n }));
  for (const { buyer, seller, price, quantity } of trades) {
    const amount = quoteAmount(price, quantity);
    const [buying, selling] = [needs[buyer], needs[seller]];
    if (amount === undefined || !buying || !selling) throw new RangeError('a trade that can not settle');
    buying.quote += amount + feeOf(amount, TAKER_BPS);
    selling.base += quantity;
  }
  return needs;
}

function total(amounts: readonly bigint[]): bigint {
  const sum = amounts.reduce((left, right) => left + right, 0n);
  if (sum > U64_MAX) throw new RangeError('these trades need more than a market can owe; measure fewer: --count');
  return sum;
}

const offsets = fieldOffsets('TraderEntry');

function offsetIn(field: string): number {
  const offset = offsets.get(field);
  if (offset === undefined) throw new RangeError(`an entry has no field ${field}`);
  return offset;
}
