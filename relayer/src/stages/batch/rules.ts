import type { Logger } from 'pino';
import { TransientError } from '../../errors.ts';
import type { Chain, Clock, SettlementRules } from '../../ports.ts';

export interface RulesDeps {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between two reads. */
  readonly pollMs: number;
  readonly onRules: (rules: SettlementRules) => void;
}

/** Keeps the rules that shape a batch up to date; the program enforces them either way. Runs until aborted. */
export async function followRules(
  { chain, clock, logger, pollMs, onRules }: RulesDeps,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(pollMs, signal);
    try {
      onRules(await chain.rules());
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      logger.debug({ err: error }, 'the config is unknown, going by the last one');
    }
  }
}
