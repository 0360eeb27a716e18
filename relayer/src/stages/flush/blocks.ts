import type { TradeId } from '#client';
import type { Blocked } from '../../domain/blocked.ts';
import type { EngineWord, MaintenancePhase, MaintenanceView, Pending, PhaseBlock } from '../../domain/maintenance.ts';
import type { SettlementRules } from '../../ports.ts';
import type { LaneAge } from '../batch/minimum.ts';

/** An engine speaks at least once a second; after this one it is called silent. */
const SILENT_MS = 3_000;

/** What an engine has not done yet of the pause a maintenance asked for; undefined when it is done. */
export function engineBlock(id: string, engine: EngineWord, settled: TradeId): PhaseBlock | undefined {
  const { answered, refused, isPaused, lastId, silentMs } = engine;
  if (answered !== id) {
    if (silentMs === undefined) return silent('no engine has spoken');
    if (silentMs > SILENT_MS) return silent(`the engine is silent since ${silentMs} ms`);
    const reason = `the engine spoke ${silentMs} ms ago and has not answered the pause ${id}`;
    return { code: 'ENGINE_UNANSWERED', reason };
  }
  if (refused !== '') return { code: 'ENGINE_REFUSED', reason: `the engine refused the pause: ${refused}` };
  if (!isPaused || lastId === undefined) return silent('the engine has answered the pause and is not paused');
  if (lastId >= settled) return undefined;
  const reason = `the engine ends with trade ${lastId}, and trade ${settled} is known here: it has not written again what Redis lost`;
  return { code: 'ENGINE_BEHIND', reason };
}

const silent = (reason: string): PhaseBlock => ({ code: 'ENGINE_SILENT', reason });

/** The cut, once the engine has acknowledged it. */
export const acknowledgedCut = (id: string, engine: EngineWord, settled: TradeId): TradeId | undefined =>
  engineBlock(id, engine, settled) === undefined ? engine.lastId : undefined;

export interface Draining {
  readonly pending: Pending;
  /** Last final trade. */
  readonly finalized: TradeId;
  readonly letters: MaintenanceView['letters'];
  readonly rules: Pick<SettlementRules, 'minBatchSize' | 'maxBatchAgeSlots'>;
  readonly age: LaneAge;
  /** What holds the lane, maintenance or not. */
  readonly blockers: readonly Blocked[];
}

/** What keeps a lane from being ready, the engine aside. */
export function drainingBlocks(draining: Draining): readonly PhaseBlock[] {
  const { pending, finalized, letters, blockers } = draining;
  const { stream, open, outbox, inFlight, unfinalized, deadLetters } = pending;
  const underway = stream + open + outbox + inFlight;
  const places = `${stream} in the stream, ${open} in an open batch, ${outbox} in the outbox, ${inFlight} on the wire`;
  return [
    ...blockers.map(({ code, reason }) => ({ code, reason })),
    ...(underway > 0 ? [{ code: 'TRADES_PENDING', reason: `${underway} trades are not on-chain: ${places}` }] : []),
    ...undersized(draining),
    ...(unfinalized > 0
      ? [{ code: 'UNFINALIZED', reason: `${unfinalized} trades are on-chain and not final; final up to ${finalized}` }]
      : []),
    ...(deadLetters > 0 ? [lettersBlock(letters)] : []),
  ];
}

/** The last trades are fewer than a batch must have: they are due once the market has been quiet for long enough. */
function undersized({ pending, rules, age }: Draining): readonly PhaseBlock[] {
  const { stream, open } = pending;
  if (stream > 0 || open === 0 || open >= rules.minBatchSize) return [];
  const dueMs = age.lastSettledMs + Number(rules.maxBatchAgeSlots) * age.slotMs - age.nowMs;
  const slots = Math.max(0, Math.ceil(dueMs / age.slotMs));
  const reason = `the last ${open} trades are fewer than the ${rules.minBatchSize} of a batch; they settle by age in about ${slots} slots`;
  return [{ code: 'UNDERSIZED_BATCH', reason }];
}

function lettersBlock({ count, ids }: MaintenanceView['letters']): PhaseBlock {
  const named = `${ids.join(', ')}${count > ids.length ? ', ...' : ''}`;
  const reason = `${count} dead letters are open: ${named}; drop them (lockstep dlq drop) or waive them (lockstep maintenance waive)`;
  return { code: 'DEAD_LETTERS', reason, ids };
}

/** What a lane that stands still waits for. */
export const QUIET_BLOCKS: Readonly<Record<Exclude<MaintenancePhase, 'draining'>, PhaseBlock>> = {
  ready: { code: 'OPERATOR', reason: 'nothing up to the cut is pending; operators begin to upgrade, or resume' },
  upgrading: { code: 'OPERATOR', reason: 'operators upgrade; nothing is sent until they resume' },
  verifying: { code: 'OPERATOR', reason: 'operators verify what they upgraded, then resume' },
};
