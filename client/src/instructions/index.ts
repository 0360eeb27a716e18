import type { PublicKey } from '@solana/web3.js';
import { adminInstructions } from './admin.ts';
import { forkInstructions } from './fork.ts';
import { marketInstructions } from './market.ts';
import { settleInstructions } from './settle.ts';
import { traderInstructions } from './trader.ts';

/** One builder per instruction; addresses that follow from others are derived. */
export function settlementInstructions(programId: PublicKey) {
  return {
    ...adminInstructions(programId),
    ...marketInstructions(programId),
    ...forkInstructions(programId),
    ...traderInstructions(programId),
    ...settleInstructions(programId),
  };
}
