import { putTokens } from '../tests/program/setup/tokens.ts';
import { request } from '../tests/program/setup/withdrawals.ts';
import type { World } from '../tests/program/setup/world.ts';
import { deposit, keys, LOT_ATOMS } from '../tests/program/setup/world.ts';

/** Enough for 150 trades of a little more than 2^32 lots or atoms each. */
const RICH = 2n ** 40n;
/** More than 32 bits hold. */
export const WIDE = 2n ** 32n + 1n;

/** Gives each trader that much more. */
export function enrich(world: World): void {
  for (const trader of world.traders) {
    const owner = trader.key.publicKey;
    putTokens(world.chain, trader.base, { mint: keys.baseMint, owner, amount: RICH * LOT_ATOMS });
    putTokens(world.chain, trader.quote, { mint: keys.quoteMint, owner, amount: RICH });
    world.accept(deposit(trader, { baseLots: RICH, quoteAtoms: RICH }), trader.key);
  }
}

/** Leaves nothing available, so that every debit goes on to what is pending. */
export function withdrawAll(world: World): void {
  for (const trader of world.traders) {
    const { baseLots, quoteAtoms } = world.entry(trader.index);
    world.accept(request(trader, { baseLots, quoteAtoms }), trader.key);
  }
}
