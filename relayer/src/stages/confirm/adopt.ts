import type { Logger } from 'pino';
import type { DecodedBatch, Sequence, TradeId } from '#client';
import { decodeBatch, LockstepError, sequence, tradeId } from '#client';
import type { EngineTrade } from '../../domain/adoption.ts';
import { agrees, displacedRows, engineTrade, isTaken, tradesInRows } from '../../domain/adoption.ts';
import type { Blocked } from '../../domain/blocked.ts';
import type { Commitment } from '../../domain/commitment.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { firstTradeId, newRow, stateOf, withLanding } from '../../domain/row.ts';
import type { IntakeTrade } from '../../domain/trade.ts';
import { plainest } from '../../domain/trade.ts';
import { relayerError } from '../../errors.ts';
import type { Chain, Journal, MarketView, Settlement, StreamEntry, TradeSource } from '../../ports.ts';

export interface AdoptDeps {
  readonly chain: Chain;
  readonly journal: Journal;
  readonly source: TradeSource;
  readonly decode: (entry: StreamEntry) => IntakeTrade;
  readonly commitment: Commitment;
  readonly logger: Logger;
}

export type Adoption =
  /** The rows say what the chain has: recover from them. */
  | { readonly kind: 'adopted' }
  /** Nothing foreign is on-chain (any more): read the cursor again. */
  | { readonly kind: 'moved' }
  /** Not provable yet, one way or the other. */
  | ({ readonly kind: 'blocked' } & Blocked);

/** A batch on-chain that no row accounts for. */
interface Foreign {
  readonly sequence: Sequence;
  readonly digest: string;
  readonly settlement: Settlement;
  readonly batch: DecodedBatch;
}

/** Shortest wait for entries: those that are asked for are there, or come with a replay. */
const READ_WAIT_MS = 1;

/**
 * The chain settled trades of `row` with a payload that is in no row: this relayer's own, after Redis lost it, or somebody
 * else's. Finds what was settled, from the market's newest batch back to `from` (or to the row's first trade), and compares every trade
 * with what the engine sent. What a V2 batch passed over is no difference: the program decided that, and finality notes it. Equal: the
 * rows are corrected to what the chain has. Rows whose bytes may be on the wire are given up only once the chain cannot go back to
 * them.
 * @throws LockstepError FOREIGN_SETTLEMENT when they differ; TransientError when a node did not answer
 */
export async function adopt(
  row: OutboxRow,
  from: Sequence | undefined,
  deps: AdoptDeps,
  signal: AbortSignal,
): Promise<Adoption> {
  const { chain, journal, logger } = deps;
  const market = await chain.market(deps.commitment);
  if (market.lastTradeId < firstTradeId(row) && (from === undefined || market.nextSequence <= from))
    return { kind: 'moved' };
  const rows = await journal.load();
  const found = await findForeign(row, from, market, rows, chain);
  if ('kind' in found) return found;
  const missing = await compare(found, rows, deps, signal);
  if (missing !== undefined) return missing;

  const starts = [row, ...found.map(({ batch }) => batch)].flatMap(({ trades }) => trades[0]?.tradeId ?? []);
  const doubtful = rows.filter((one) => starts.some((id) => firstTradeId(one) >= id));
  const replaced = displacedRows(doubtful, market, (one) => isOurs(one, market));
  if (found.length === 0 && replaced.length === 0) return { kind: 'moved' };
  if (replaced.some((one) => stateOf(one) !== 'open') && !(await isFinal(market, chain))) {
    return blocked('what was settled in place of a signed batch equals the stream and is not final yet');
  }
  const adopted = found.flatMap(adoptedRow);
  await journal.adopt(adopted, replaced);
  for (const { sequence, digest, settlement } of found) {
    logger.warn({ sequence, digest, signature: settlement.signature }, 'adopted a settlement that was in no row');
  }
  return { kind: 'adopted' };
}

/** Oldest first. */
async function findForeign(
  row: OutboxRow,
  from: Sequence | undefined,
  market: MarketView,
  rows: readonly OutboxRow[],
  chain: Chain,
): Promise<readonly Foreign[] | Extract<Adoption, { kind: 'blocked' }>> {
  const found: Foreign[] = [];
  for (let at = market.nextSequence - 1n; at >= (from ?? 1n); at -= 1n) {
    const sequenceAt = sequence(at);
    const digest = market.digestOf(sequenceAt);
    if (digest === undefined) throw foreign(`sequence ${at} was settled by an unknown payload`);
    const own = rows.find((one) => isTaken(one, sequenceAt, digest));
    const settlement = own === undefined ? await chain.settlement(sequenceAt, digest) : undefined;
    if (own === undefined && settlement === undefined) {
      return blocked(`the node does not have the transaction that settled sequence ${at} with payload ${digest}`);
    }
    const batch = settlement && decoded(sequenceAt, settlement);
    if (settlement !== undefined && batch !== undefined)
      found.unshift({ sequence: sequenceAt, digest, settlement, batch });
    const reached = (own?.trades ?? batch?.trades ?? [])[0]?.tradeId;
    if (from === undefined && reached !== undefined && reached <= firstTradeId(row)) break;
  }
  return found;
}

function decoded(at: Sequence, { payload }: Settlement): DecodedBatch {
  try {
    return decodeBatch(payload);
  } catch (cause) {
    if (!(cause instanceof LockstepError)) throw cause;
    throw foreign(`sequence ${at} was settled by a payload this relayer cannot read: ${cause.message}`);
  }
}

/**
 * Undefined when all trades are the engine's.
 * @throws LockstepError FOREIGN_SETTLEMENT naming the first that is not
 */
async function compare(
  found: readonly Foreign[],
  rows: readonly OutboxRow[],
  { journal, source, decode }: AdoptDeps,
  signal: AbortSignal,
): Promise<Extract<Adoption, { kind: 'blocked' }> | undefined> {
  const trades = [...rows, ...found.map(({ batch }) => batch)].flatMap((one) => one.trades);
  const voids = trades.filter((trade) => trade.quantity === 0n).map((trade) => trade.tradeId);
  const notes = new Map((await journal.rejected(voids)).map((note) => [note.tradeId, note]));
  const known = tradesInRows(rows, notes);
  for (const { sequence, digest, batch } of found) {
    for (const [at, settled] of batch.trades.entries()) {
      if (!known.has(settled.tradeId)) await readOn(settled.tradeId, batch.trades.length - at);
      const sent = known.get(settled.tradeId);
      if (sent === undefined)
        return blocked(`the stream does not have trade ${settled.tradeId} of sequence ${sequence}`);
      if (!agrees(settled, sent)) throw foreign(differs(sequence, digest, settled.tradeId, settled.quantity === 0n));
    }
  }
  return undefined;

  async function readOn(first: TradeId, count: number): Promise<void> {
    for (const entry of await source.read(tradeId(first - 1n), count, READ_WAIT_MS, signal)) {
      const sent: EngineTrade = engineTrade(decode(entry).trade, notes.get(entry.tradeId));
      if (!known.has(entry.tradeId)) known.set(entry.tradeId, sent);
    }
  }
}

function isOurs(row: OutboxRow, market: MarketView): boolean {
  const digest = row.sequence && market.digestOf(row.sequence);
  return row.sequence !== undefined && digest !== undefined && isTaken(row, row.sequence, digest);
}

/** The chain cannot go back behind what `market` saw any more. */
async function isFinal(market: MarketView, chain: Chain): Promise<boolean> {
  const finalized = await chain.market('finalized');
  const last = sequence(market.nextSequence - 1n);
  return finalized.nextSequence >= market.nextSequence && finalized.digestOf(last) === market.digestOf(last);
}

function adoptedRow({ sequence, digest, settlement, batch }: Foreign): readonly OutboxRow[] {
  if (batch.trades.length === 0) return [];
  const { signature, slot } = settlement;
  return [withLanding(newRow(batch.version, batch.trades.map(plainest)), sequence, { signature, slot, digest })];
}

const blocked = (reason: string): Extract<Adoption, { kind: 'blocked' }> => ({
  kind: 'blocked',
  code: 'SETTLEMENT_UNKNOWN',
  reason: `${reason}; looking again`,
});

const foreign = (what: string) => relayerError('FOREIGN_SETTLEMENT', what);

function differs(sequence: Sequence, digest: string, trade: TradeId, isVoid: boolean): string {
  const how = isVoid
    ? `voids trade ${trade}, and nothing here says why`
    : `has another trade ${trade} than the engine sent`;
  return `sequence ${sequence} was settled with payload ${digest}, which ${how}`;
}
