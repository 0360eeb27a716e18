import type { TransactionInstruction } from '@solana/web3.js';
import type { Trader } from './world.ts';
import { build, keys } from './world.ts';

const market = keys.market.publicKey;

const entryOf = (trader: Trader) => ({ owner: trader.key.publicKey, market, index: trader.index });

const destinationsOf = (trader: Trader) => ({ baseDestination: trader.base, quoteDestination: trader.quote });

export const ASKED = { baseLots: 10n, quoteAtoms: 20n };

export const request = (
  trader: Trader,
  change: Partial<Parameters<typeof build.requestWithdrawal>[0]> = {},
): TransactionInstruction =>
  build.requestWithdrawal({ ...entryOf(trader), ...destinationsOf(trader), ...ASKED, ...change });

export const execute = (
  trader: Trader,
  change: Partial<Parameters<typeof build.executeWithdrawal>[0]> = {},
): TransactionInstruction => build.executeWithdrawal({ ...entryOf(trader), ...destinationsOf(trader), ...change });

export const cancel = (trader: Trader, index = trader.index): TransactionInstruction =>
  build.cancelWithdrawal({ ...entryOf(trader), index });

export const hold = (index: number, holdSlots: bigint, guardian = keys.guardian.publicKey): TransactionInstruction =>
  build.holdWithdrawal({ guardian, market, index, holdSlots });
