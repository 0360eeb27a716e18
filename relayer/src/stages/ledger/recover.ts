import type { Logger } from 'pino';
import type { Backoff } from '../../domain/backoff.ts';
import type { Commitment } from '../../domain/commitment.ts';
import type { RecoveryPlan } from '../../domain/recovery.ts';
import { planRecovery } from '../../domain/recovery.ts';
import { TransientError } from '../../errors.ts';
import type { Chain, Journal, MarketView, SettlementRules } from '../../ports.ts';

export interface RecoverDeps {
  readonly chain: Chain;
  readonly journal: Journal;
  readonly backoff: Backoff;
  readonly logger: Logger;
  readonly commitment: Commitment;
}

export interface Recovered extends RecoveryPlan {
  readonly market: MarketView;
  readonly finalized: MarketView;
  readonly rules: SettlementRules;
}

/** Where to go on: the chain's cursor first, then the rows as far as they still matter. */
export async function recover(deps: RecoverDeps, signal: AbortSignal): Promise<Recovered> {
  const { chain, journal, logger, commitment } = deps;
  const [market, finalized, rules] = await untilAnswered(
    () => Promise.all([chain.market(commitment), chain.market('finalized'), chain.rules()]),
    deps,
    signal,
  );
  const plan = planRecovery(await journal.load(), market);
  await journal.drop(plan.drop);
  const { nextSequence, lastTradeId } = market;
  const rows = { kept: plan.keep.length, dropped: plan.drop.length };
  logger.info({ nextSequence, lastTradeId, resumeAfter: plan.resumeAfter, ...rows }, 'recovered');
  return { ...plan, market, finalized, rules };
}

async function untilAnswered<T>(
  ask: () => Promise<T>,
  { backoff, logger }: RecoverDeps,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      logger.warn({ err: error }, 'the chain did not answer, trying again');
      await backoff.wait(signal);
    }
  }
}
