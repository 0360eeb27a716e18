import type { Backoff } from '../../domain/backoff.ts';
import type { Cursor } from '../../domain/cursor.ts';
import { nextTradeId } from '../../domain/cursor.ts';
import type { BatchKey, OutboxRow } from '../../domain/row.ts';
import { firstTradeId } from '../../domain/row.ts';
import { LaneRestart, relayerError, TransientError } from '../../errors.ts';
import type { MarketView } from '../../ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { SettleDeps, SettleSignals } from '../settle.ts';
import { settle } from '../settle.ts';
import { rewriteBehind } from '../submit/rewrite.ts';

export interface WorkDeps extends Omit<SettleDeps, 'seeToRest'> {
  readonly ledger: Ledger;
  readonly realignBackoff: Backoff;
  readonly onLanded: (row: OutboxRow, settleMs: number) => void;
  /** A fork took these back. */
  readonly onReopened: (rows: readonly OutboxRow[]) => void;
  readonly onCursor: (cursor: Cursor) => void;
}

/** A chain that stays behind what the journal saw on it for this many looks is another chain. */
const MAX_REALIGNMENTS = 12;

/**
 * What a pointer makes the lane do: settle, in order, everything open up to the batch it names. So a pointer that was lost,
 * repeated or came too early can neither skip a batch nor settle one twice.
 */
export async function workOff(key: BatchKey, deps: WorkDeps, signals: SettleSignals): Promise<void> {
  const { ledger, metrics } = deps;
  let realignments = 0;
  if (ledger.next(key) === undefined && ledger.has(key)) await realign(deps, signals);
  let upTo = key;
  const replaceBy = (rows: readonly OutboxRow[]) => {
    for (const one of rows) ledger.update(one);
    // No pointer names the pieces behind the first one.
    const last = rows.at(-1);
    if (last !== undefined && last.key > upTo) upTo = last.key;
    metrics.set('batches_open', ledger.open.length);
  };
  const seeToRest = async (row: OutboxRow) => replaceBy(await rewriteBehind(row, ledger, deps));
  for (let row = ledger.next(upTo); row !== undefined; row = ledger.next(upTo)) {
    const startedMs = deps.clock.now();
    const settled = await settle(row, ledger.cursor, { ...deps, seeToRest }, signals);
    if (settled.kind === 'landed') {
      land(settled.row, deps.clock.now() - startedMs, deps);
      realignments = 0;
      continue;
    }
    if (settled.kind === 'recut') {
      replaceBy(settled.rows);
      continue;
    }
    if (settled.kind === 'adopted') throw new LaneRestart(`batch ${row.key} is on-chain as part of another one`);
    ledger.update(settled.row);
    realignments += 1;
    if (realignments > MAX_REALIGNMENTS) throw behind(row, ledger);
    await realign(deps, signals);
  }
}

function land(row: OutboxRow, settleMs: number, deps: WorkDeps): void {
  const { ledger, metrics, logger } = deps;
  ledger.land(row);
  deps.realignBackoff.reset();
  deps.onLanded(row, settleMs);
  deps.onCursor(ledger.cursor);
  metrics.set('batches_open', ledger.open.length);
  metrics.set('batches_unfinalized', ledger.landed.length);
  const { sequence, landing } = row;
  logger.info(
    { batch: row.key, sequence, trades: row.trades.length, signature: landing?.signature, settleMs },
    'settled',
  );
}

/** Reads the cursor again; batches a fork took back come first from now on. */
async function realign(deps: WorkDeps, { abort }: SettleSignals): Promise<void> {
  const { ledger, logger, realignBackoff } = deps;
  await realignBackoff.wait(abort);
  const market = await readMarket(deps);
  if (market === undefined) return;
  const lost = await ledger.rewind(market);
  if (lost.length > 0) {
    logger.warn(
      { batches: lost.map((row) => row.key), nextSequence: market.nextSequence },
      'the chain lost batches again',
    );
    deps.onReopened(lost);
  }
  deps.onCursor(ledger.cursor);
}

async function readMarket({ chain, timing, metrics, logger }: WorkDeps): Promise<MarketView | undefined> {
  try {
    return await chain.market(timing.commitment);
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    metrics.increment('rpc_errors');
    logger.warn({ err: error }, 'the cursor is unknown, asking again');
    return undefined;
  }
}

function behind(row: OutboxRow, { cursor }: Ledger) {
  const due = nextTradeId(cursor.lastTradeId);
  const what = `the chain expects trade ${due} as sequence ${cursor.nextSequence}`;
  return relayerError('CHAIN_BEHIND_JOURNAL', `${what}, the oldest batch starts with trade ${firstTradeId(row)}`);
}
