import type { Logger } from 'pino';
import type { Backoff } from '../../domain/backoff.ts';
import { persist } from '../../domain/backoff.ts';
import type { Commitment } from '../../domain/commitment.ts';
import type { RecoveryPlan } from '../../domain/recovery.ts';
import { planRecovery } from '../../domain/recovery.ts';
import type { OutboxRow } from '../../domain/row.ts';
import type { TransientError } from '../../errors.ts';
import { relayerError } from '../../errors.ts';
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

/**
 * Where to go on: the chain's cursor first, then the rows as far as they still matter.
 * @throws LockstepError FOREIGN_SETTLEMENT while a halt is not acknowledged
 */
export async function recover(deps: RecoverDeps, signal: AbortSignal): Promise<Recovered> {
  const { journal, logger } = deps;
  const acknowledged = await requireNoHalt(journal);
  const seen = acknowledged ? await untilAllIsFinal(deps, signal) : await look(deps, signal);
  const { market, finalized } = seen;
  const hopeless = (row: OutboxRow) => acknowledged && !isOurs(row, finalized);
  const plan = planRecovery(await journal.load(), market, hopeless);
  await journal.drop(plan.drop, market.lastTradeId);
  if (acknowledged) await journal.clearHalt();
  const { nextSequence, lastTradeId } = market;
  const rows = { kept: plan.keep.length, dropped: plan.drop.length };
  logger.info({ nextSequence, lastTradeId, resumeAfter: plan.resumeAfter, ...rows }, 'recovered');
  return { ...plan, ...seen };
}

/** Answers whether a person has looked at a halt. */
async function requireNoHalt(journal: Journal): Promise<boolean> {
  const mark = await journal.halt();
  if (mark === undefined || mark.acknowledged) return mark !== undefined;
  throw relayerError('FOREIGN_SETTLEMENT', `${mark.reason}; to go on from the chain: ${mark.acknowledge}`);
}

function look({ chain, commitment, backoff, logger }: RecoverDeps, signal: AbortSignal) {
  const onTransient = (error: TransientError) => logger.warn({ err: error }, 'the chain did not answer, trying again');
  const ask = async () => {
    const [market, finalized] = [await chain.market(commitment), await chain.market('finalized')];
    return { market, finalized, rules: await chain.rules() };
  };
  return persist(ask, backoff, onTransient, signal);
}

/** After that, a sequence that was taken is taken for good: what we signed for it can't land any more. */
async function untilAllIsFinal(deps: RecoverDeps, signal: AbortSignal) {
  for (;;) {
    const seen = await look(deps, signal);
    if (seen.finalized.nextSequence >= seen.market.nextSequence) return seen;
    await deps.backoff.wait(signal);
  }
}

function isOurs(row: OutboxRow, finalized: MarketView): boolean {
  if (row.sequence === undefined || row.sequence >= finalized.nextSequence) return true;
  const settled = finalized.digestOf(row.sequence);
  return row.attempts.some((attempt) => attempt.digest === settled);
}
