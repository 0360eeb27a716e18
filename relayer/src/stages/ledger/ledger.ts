import type { Sequence } from '#client';
import type { Cursor } from '../../domain/cursor.ts';
import { advanced, nextTradeId } from '../../domain/cursor.ts';
import type { BatchKey, OutboxRow } from '../../domain/row.ts';
import { firstTradeId, lastTradeId, stateOf, withoutLanding } from '../../domain/row.ts';
import { relayerError } from '../../errors.ts';
import type { Journal } from '../../ports.ts';

/**
 * What is settled and what is not, in trade order: every id is counted once. Memory of one lane; the journal holds the same
 * rows and the chain the only cursor.
 */
export interface Ledger {
  readonly cursor: Cursor;
  /** Batches that have not landed. */
  readonly open: readonly OutboxRow[];
  /** Batches that landed and are not finalised. */
  readonly landed: readonly OutboxRow[];
  has(key: BatchKey): boolean;
  /** A batch has entered the outbox. */
  add(row: OutboxRow): void;
  /** A batch that has not landed was signed, or lost a trade to a void: the journal has it so already. */
  update(row: OutboxRow): void;
  /** The oldest open batch, unless it comes after `key`. */
  next(key: BatchKey): OutboxRow | undefined;
  /** @throws LockstepError INVARIANT_BROKEN when its trades are not exactly the next ones */
  land(row: OutboxRow): void;
  /** The chain stands at `cursor`: what landed beyond it did not stay. Those batches, oldest first, are open again. */
  rewind(cursor: Cursor): Promise<readonly OutboxRow[]>;
  /** Finalised: the settled log has them now. */
  retire(rows: readonly OutboxRow[]): void;
}

export function createLedger(start: Cursor, recovered: readonly OutboxRow[], journal: Pick<Journal, 'save'>): Ledger {
  let cursor: Cursor = start;
  const rows = new Map<BatchKey, OutboxRow>(recovered.map((row) => [row.key, row]));
  const inOrder = () => [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const isLanded = (row: OutboxRow) => stateOf(row) === 'landed';

  return {
    get cursor() {
      return cursor;
    },
    get open() {
      return inOrder().filter((row) => !isLanded(row));
    },
    get landed() {
      return inOrder().filter(isLanded);
    },
    has: (key) => rows.has(key),
    add(row) {
      rows.set(row.key, row);
    },
    update(row) {
      rows.set(row.key, row);
    },
    next(key) {
      const oldest = this.open[0];
      return oldest !== undefined && oldest.key <= key ? oldest : undefined;
    },
    land(row) {
      const sequence = landedSequence(row);
      const isNext = sequence === cursor.nextSequence && firstTradeId(row) === nextTradeId(cursor.lastTradeId);
      const isWithin = sequence < cursor.nextSequence && lastTradeId(row) <= cursor.lastTradeId;
      if (!isNext && !isWithin) {
        const where = `the next is sequence ${cursor.nextSequence} after trade ${cursor.lastTradeId}`;
        throw relayerError('INVARIANT_BROKEN', `batch ${row.key} landed as sequence ${sequence}, but ${where}`);
      }
      if (isNext) cursor = advanced(cursor, lastTradeId(row), row.landing?.digest);
      rows.set(row.key, row);
    },
    async rewind(actual) {
      const { nextSequence, lastTradeId, lastDigest } = actual;
      cursor = { nextSequence, lastTradeId, lastDigest };
      const lost = this.landed.filter((row) => landedSequence(row) >= cursor.nextSequence).map(withoutLanding);
      for (const row of lost) {
        await journal.save(row);
        rows.set(row.key, row);
      }
      return lost;
    },
    retire(finalised) {
      for (const row of finalised) rows.delete(row.key);
    },
  };
}

function landedSequence(row: OutboxRow): Sequence {
  if (row.sequence === undefined) throw relayerError('INVARIANT_BROKEN', `batch ${row.key} landed without a sequence`);
  return row.sequence;
}
