import type { Lease } from './adapters/redis/lease.ts';
import type { LaneDeps } from './composition/deps.ts';
import { aborted } from './domain/aborted.ts';
import { TransientError } from './errors.ts';
import type { SettlementRules } from './ports.ts';
import { followRules, isOthers, notActive } from './stages/batch/rules.ts';

type StandbyDeps = Pick<LaneDeps, 'chain' | 'clock' | 'config' | 'logger' | 'progress'>;

/**
 * Claims the lane while this relayer's key is the active one, or nothing says that it is not: settlement is paused, or the config can't be
 * read. Follows the config meanwhile, and shows who is active instead.
 * @throws the signal's reason
 */
export async function claimWhenActive(lease: Lease, deps: StandbyDeps, signal: AbortSignal) {
  const { chain, clock, config, logger, progress } = deps;
  let mayClaim = true;
  const onRules = (rules: SettlementRules) => {
    mayClaim = !isOthers(rules);
    progress.rulesBlocked(mayClaim ? undefined : notActive(rules));
  };
  const first = await Promise.race([readRules(chain), aborted(signal).then(() => undefined)]);
  signal.throwIfAborted();
  if (first !== undefined) onRules(first);
  const { rulesPollMs: pollMs, slotMs } = config;
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  followRules({ chain, clock, logger, pollMs, slotMs, onRules }, first, until).catch((error: unknown) => {
    if (!until.aborted) logger.error({ err: error }, 'the config is not followed any more');
  });
  try {
    return await lease.claim(signal, () => mayClaim);
  } finally {
    over.abort();
  }
}

/** Undefined while no node tells them. */
async function readRules(chain: StandbyDeps['chain']): Promise<SettlementRules | undefined> {
  try {
    return await chain.rules();
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return undefined;
  }
}
