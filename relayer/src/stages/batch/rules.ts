import type { Logger } from 'pino';
import type { Blocked } from '../../domain/blocked.ts';
import { createNudges } from '../../domain/nudges.ts';
import { TransientError } from '../../errors.ts';
import type { Chain, Clock, SettlementRules } from '../../ports.ts';

/** A slot that comes a little late is not asked for in a hurry. */
const MIN_POLL_MS = 50;

export interface RulesDeps {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds between two reads. */
  readonly pollMs: number;
  readonly slotMs: number;
  readonly onRules: (rules: SettlementRules) => void;
}

/**
 * Keeps the rules that shape a batch up to date: reads them each poll, when a scheduled change is due, and when the chain hints at a
 * change, at most once a slot. The program enforces them either way. Runs until aborted.
 */
export async function followRules(
  { chain, clock, logger, pollMs, slotMs, onRules }: RulesDeps,
  first: SettlementRules | undefined,
  signal: AbortSignal,
): Promise<void> {
  const hints = createHintedSleep(clock, slotMs);
  const stop = chain.onConfigChange(hints.announce);
  let rules = first;
  try {
    for (;;) {
      const dueMs = (rules?.slotsUntilChange ?? Number.POSITIVE_INFINITY) * slotMs;
      await hints.sleep(Math.max(MIN_POLL_MS, Math.min(pollMs, dueMs)), signal);
      try {
        rules = await chain.rules();
        onRules(rules);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        logger.debug({ err: error }, 'the config is unknown, going by the last one');
      }
    }
  } finally {
    stop();
  }
}

/** A sleep that a hint ends, also one that came before it; but none shorter than `leastMs`, however many come. */
function createHintedSleep(clock: Clock, leastMs: number) {
  const nudges = createNudges();
  const early = nudges.cutShort(clock);
  let isHinted = false;
  return {
    announce() {
      isHinted = true;
      nudges.announce();
    },
    async sleep(ms: number, signal: AbortSignal): Promise<void> {
      const first = Math.min(leastMs, ms);
      await clock.sleep(first, signal);
      if (!isHinted && ms > first) await early.sleep(ms - first, signal);
      isHinted = false;
    },
  };
}

/** Why the program takes no batch of any of these versions from this relayer now, by the name it would refuse it with. */
export function refusalBy(rules: SettlementRules, versions: readonly number[]): Blocked | undefined {
  if (rules.isPaused) return { code: 'Paused', reason: 'settlement is paused; the lane goes on when it is unpaused' };
  if (!rules.isActive) return notActive(rules);
  return versions.some((version) => rules.allowedVersions.includes(version)) ? undefined : notAllowed(rules, versions);
}

/** Another relayer's batches are taken. While settlement is paused nobody's are, and that may yet change. */
export const isOthers = ({ isPaused, isActive }: SettlementRules): boolean => !isPaused && !isActive;

export const notActive = ({ activeRelayer }: Pick<SettlementRules, 'activeRelayer'>): Blocked => ({
  code: 'NotActiveRelayer',
  reason: `the active relayer is ${activeRelayer}, not this one`,
});

/** None of these versions is allowed. */
export function notAllowed(
  { allowedVersions }: Pick<SettlementRules, 'allowedVersions'>,
  versions: readonly number[],
): Blocked {
  const allowed = allowedVersions.join(', ') || 'none';
  return {
    code: 'VersionNotAllowed',
    reason: `batch version ${versions.join(', ')} is not allowed; allowed: ${allowed}`,
  };
}
