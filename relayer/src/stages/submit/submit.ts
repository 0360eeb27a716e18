import type { Logger } from 'pino';
import type { ProgramRefusal, Sequence, TradeId } from '#client';
import type { Cursor } from '../../domain/cursor.ts';
import { nextTradeId } from '../../domain/cursor.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { firstTradeId, liveAttempts, stateOf, withAttempt, withVoid } from '../../domain/row.ts';
import type { RejectedTrade } from '../../domain/trade.ts';
import { relayerError } from '../../errors.ts';
import type { Chain, Journal, Metrics } from '../../ports.ts';
import type { Payload } from '../encode/codec.ts';
import { codecFor, encodePayload } from '../encode/codec.ts';
import { disputeOf } from './dispute.ts';
import { reactTo } from './refusal.ts';
import { rewrite } from './rewrite.ts';
import type { VersionDeps } from './version.ts';
import { fitToRules } from './version.ts';

export interface SubmitDeps extends VersionDeps {
  readonly chain: Chain;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Batches that begin above this trade are not signed; undefined: none is held. */
  readonly heldAbove: () => TradeId | undefined;
  /** Told once per trade that became a void. */
  readonly onRejected: (rejected: RejectedTrade) => void;
  /** Told once per batch, when it is signed for the first time by anyone. */
  readonly onSigned: (row: OutboxRow) => void;
}

export type Submitted =
  /** Signed and written down; not sent yet. */
  | { readonly kind: 'signed'; readonly row: OutboxRow }
  /** A trade became a void: simulate the changed batch. */
  | { readonly kind: 'voided'; readonly row: OutboxRow }
  /** Another payload is needed, but an attempt that carries this one may still land. */
  | { readonly kind: 'undecided' }
  /** The chain has this sequence already; whose batch is it? */
  | { readonly kind: 'taken'; readonly sequence: Sequence; readonly digest?: string }
  /** Its version was switched off: the rows hold its trades in others now. */
  | { readonly kind: 'recut'; readonly rows: readonly OutboxRow[] }
  /** The chain has trades of this batch already, as part of another one. */
  | { readonly kind: 'overtaken' }
  /** The batch is not due: by the lane's own cursor, or although that cursor says it is. */
  | { readonly kind: 'ahead'; readonly by: 'cursor' | 'program' }
  | { readonly kind: 'blocked'; readonly code: string; readonly reason: string };

/**
 * Simulates the batch and, when the program takes it, signs it and writes the signed bytes into its row.
 * @throws LockstepError PROGRAM_REFUSED for a refusal no retry can change; TransientError when the node did not answer
 */
export async function submit(row: OutboxRow, cursor: Cursor, deps: SubmitDeps): Promise<Submitted> {
  if (stateOf(row) === 'open' && firstTradeId(row) <= cursor.lastTradeId) return { kind: 'overtaken' };
  const held = heldOf(row, deps);
  if (held !== undefined) return held;
  const sequence = sequenceFor(row, cursor);
  if (sequence === undefined || sequence > cursor.nextSequence) return { kind: 'ahead', by: 'cursor' };
  if (sequence < cursor.nextSequence) return { kind: 'taken', sequence };
  const isOpen = stateOf(row) === 'open';
  // Not signed again, whatever the config says: it is written anew once it can't land.
  if (!isOpen && row.version > deps.cutting().maxVersion) return { kind: 'undecided' };
  const fit = isOpen ? fitToRules(row, deps) : FITS;
  if (fit.kind === 'blocked') return fit;
  if (fit.kind === 'recut') {
    await rewrite(row, fit.rows, deps);
    return fit;
  }
  // What came before is not known, as after a fork: the chain says.
  if (cursor.lastDigest === undefined && row.version > 1) return { kind: 'ahead', by: 'cursor' };
  const payload = encodePayload(row, sequence, cursor.lastDigest);
  if (liveAttempts(row).some((attempt) => attempt.digest !== payload.digest)) return { kind: 'undecided' };
  const simulation = await deps.chain.simulate(payload.data);
  switch (simulation.kind) {
    case 'accepted':
      return { kind: 'signed', row: await sign(row, payload, unitsFor(row, simulation.computeUnits), deps) };
    case 'failed':
      return { kind: 'blocked', code: 'SIMULATION_FAILED', reason: simulation.reason };
    case 'refused':
      return refused(row, payload, simulation.refusal, deps);
  }
}

/** What a maintenance came before waits for its end, unless it may be on the wire already. */
function heldOf(row: OutboxRow, { heldAbove }: SubmitDeps): Submitted | undefined {
  const cut = heldAbove();
  if (cut === undefined || stateOf(row) !== 'open' || firstTradeId(row) <= cut) return undefined;
  return { kind: 'blocked', code: 'HELD', reason: `trades above ${cut} are held until the maintenance ends` };
}

const FITS = { kind: 'fits' } as const;

/** What the simulation passed over may settle when it lands. */
const unitsFor = ({ version, trades }: OutboxRow, simulated: number): number =>
  Math.max(simulated, codecFor(version).leastComputeUnits(trades.length));

/** The sequence an attempt carries stays while it may land; otherwise it is the chain's next one, if the trades follow its last. */
function sequenceFor(row: OutboxRow, cursor: Cursor): Sequence | undefined {
  if (stateOf(row) === 'sent') return row.sequence;
  return firstTradeId(row) === nextTradeId(cursor.lastTradeId) ? cursor.nextSequence : undefined;
}

async function sign(row: OutboxRow, payload: Payload, computeUnits: number, deps: SubmitDeps): Promise<OutboxRow> {
  const earlier = row.attempts.map((attempt) => attempt.signature);
  const transaction = await deps.chain.sign(payload.data, computeUnits, earlier);
  const signed = withAttempt(row, payload.sequence, { ...transaction, digest: payload.digest });
  await deps.journal.save(signed);
  deps.metrics.increment('transactions_signed');
  if (row.attempts.length === 0) deps.onSigned(signed);
  deps.logger.debug({ batch: row.key, sequence: payload.sequence, signature: transaction.signature }, 'signed');
  return signed;
}

async function refused(
  row: OutboxRow,
  payload: Payload,
  refusal: ProgramRefusal,
  deps: SubmitDeps,
): Promise<Submitted> {
  const reaction = reactTo(refusal);
  switch (reaction.kind) {
    case 'void':
      if (stateOf(row) !== 'open') return { kind: 'undecided' };
      return (
        (await disputed(payload, refusal, deps)) ?? {
          kind: 'voided',
          row: await voidTrade(row, reaction.index, refusal, deps),
        }
      );
    case 'taken':
      return { kind: 'taken', sequence: payload.sequence, digest: payload.digest };
    case 'ahead':
      return { kind: 'ahead', by: 'program' };
    case 'rebased':
      return stateOf(row) === 'open' ? { kind: 'ahead', by: 'cursor' } : { kind: 'undecided' };
    case 'unrouted':
      if (stateOf(row) !== 'open') return { kind: 'undecided' };
      return { kind: 'blocked', code: refusal.name, reason: `${refusal.message} ${refusal.advice}` };
    case 'wait':
      return { kind: 'blocked', code: refusal.name, reason: `${refusal.message} ${refusal.advice}` };
    case 'halt': {
      const dispute = await disputed(payload, refusal, deps);
      if (dispute !== undefined) return dispute;
      const what = `batch ${row.key} (sequence ${payload.sequence}): ${refusal.name}: ${refusal.message} ${refusal.advice}`;
      throw relayerError('PROGRAM_REFUSED', what);
    }
  }
}

async function disputed(payload: Payload, refusal: ProgramRefusal, { chain }: SubmitDeps) {
  const dispute = await disputeOf(payload.data, refusal, chain);
  return dispute && ({ kind: 'blocked', ...dispute } as const);
}

async function voidTrade(row: OutboxRow, index: number, refusal: ProgramRefusal, deps: SubmitDeps): Promise<OutboxRow> {
  const trade = row.trades[index];
  if (trade === undefined || trade.tradeId !== refusal.trade?.tradeId || trade.quantity === 0n) {
    throw relayerError(
      'INVARIANT_BROKEN',
      `the program refused trade ${refusal.trade?.tradeId} at ${index} of batch ${row.key}`,
    );
  }
  const changed = withVoid(row, index);
  const { name: code, message: reason, advice } = refusal;
  const rejected: RejectedTrade = { tradeId: trade.tradeId, code, reason, advice, trade };
  await deps.journal.save(changed, [rejected]);
  deps.onRejected(rejected);
  deps.logger.warn({ batch: row.key, trade: trade.tradeId, code, reason, advice }, 'trade refused, settled as a void');
  return changed;
}
