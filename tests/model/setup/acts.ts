import fc from 'fast-check';
import * as batches from './batches.ts';
import { settleV2 } from './batches-v2.ts';
import * as governance from './governance.ts';
import type { Happening } from './happening.ts';
import * as money from './money.ts';

const timePasses = fc.bigInt({ min: 1n, max: 70n }).map((slots): Happening => ({ slots }));

/** As many ids as keep a closed index from being reused. */
const tradesPass = fc.constant<Happening>({ tradeIds: 4_194_304n });

/** Anything that can happen to a market, the usual things more often. */
export const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: batches.settle },
  { weight: 6, arbitrary: settleV2(5) },
  { weight: 6, arbitrary: timePasses },
  { weight: 1, arbitrary: tradesPass },
  { weight: 3, arbitrary: money.deposit },
  { weight: 4, arbitrary: money.requestWithdrawal },
  { weight: 4, arbitrary: money.executeWithdrawal },
  { weight: 2, arbitrary: money.cancelWithdrawal },
  { weight: 2, arbitrary: money.holdWithdrawal },
  { weight: 2, arbitrary: money.openTrader },
  { weight: 4, arbitrary: money.closeTrader },
  { weight: 2, arbitrary: batches.ping },
  { weight: 2, arbitrary: governance.setPaused },
  { weight: 3, arbitrary: governance.setField },
  { weight: 3, arbitrary: governance.scheduleChange },
  { weight: 1, arbitrary: governance.cancelSchedule },
  { weight: 1, arbitrary: governance.setGuardian },
  { weight: 1, arbitrary: governance.nominateAdmin },
  { weight: 1, arbitrary: governance.acceptAdmin },
  { weight: 2, arbitrary: governance.collectFees },
  { weight: 1, arbitrary: governance.growMarket },
);

/** A market where both versions may settle, and traders with money that goes round. */
export const anyBatchHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: settleV2(70) },
  { weight: 3, arbitrary: batches.settle },
  { weight: 2, arbitrary: money.deposit },
  { weight: 2, arbitrary: money.requestWithdrawal },
  { weight: 2, arbitrary: money.openTrader },
  { weight: 2, arbitrary: money.closeTrader },
  { weight: 1, arbitrary: batches.ping },
  { weight: 3, arbitrary: governance.setFees },
  { weight: 3, arbitrary: timePasses },
);
