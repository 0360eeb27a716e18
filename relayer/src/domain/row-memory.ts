import { isDeepStrictEqual } from 'node:util';
import type { Journal } from '../ports.ts';
import type { BatchKey, OutboxRow } from './row.ts';
import type { RejectedTrade } from './trade.ts';

/**
 * What this process has in the row store. When Redis forgets, rows that may be on the wire are written again as they were, so that
 * no other payload is signed for their sequence. Only while nobody else had the lane: after that the rows in Redis are newer.
 */
export interface RowMemory {
  /** The lane was claimed under `token`; before that, `before` had it (undefined when Redis knows of nobody). */
  heldBy(token: string, before: string | undefined): void;
  /** The same row store, remembered; what it lacks is written again when it is first loaded. */
  remembering(journal: Journal): Journal;
}

interface Remembered {
  readonly row: OutboxRow;
  readonly rejected: readonly RejectedTrade[];
}

export function createRowMemory(): RowMemory {
  const rows = new Map<BatchKey, Remembered>();
  let holder: string | undefined;
  let isRestored = false;
  const forget = (gone: readonly OutboxRow[]) => {
    for (const { key } of gone) rows.delete(key);
  };
  const note = (row: OutboxRow, rejected: readonly RejectedTrade[]) => {
    rows.set(row.key, { row, rejected: [...(rows.get(row.key)?.rejected ?? []), ...rejected] });
  };
  const restore = async (found: readonly OutboxRow[], journal: Journal) => {
    const stored = new Map(found.map((row) => [row.key, row]));
    for (const { row, rejected } of rows.values()) {
      if (!isDeepStrictEqual(stored.get(row.key), row)) await journal.save(row, rejected);
      stored.set(row.key, row);
    }
    for (const row of stored.values()) note(row, []);
    isRestored = true;
    return [...stored.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  };
  return {
    heldBy(token, before) {
      if (before !== undefined && before !== holder) rows.clear();
      holder = token;
      isRestored = false;
    },
    remembering: (journal) => ({
      ...journal,
      async load() {
        const stored = await journal.load();
        return isRestored ? stored : restore(stored, journal);
      },
      async save(row, rejected = []) {
        await journal.save(row, rejected);
        note(row, rejected);
      },
      async drop(dropped, settled) {
        await journal.drop(dropped, settled);
        forget(dropped);
      },
      async adopt(adopted, replaced) {
        await journal.adopt(adopted, replaced);
        forget(replaced);
        for (const row of adopted) note(row, []);
      },
      async retire(retired, skipped) {
        await journal.retire(retired, skipped);
        forget(retired);
      },
    }),
  };
}
