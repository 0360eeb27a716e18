import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TradeId, TradeV1 } from '#client';
import { LockstepError, tradeId } from '#client';
import type { EngineTrade } from '../engine/source.ts';
import { encodeTradeEvent } from '../stream/encode-event.ts';
import type { Line } from './line.ts';
import { parseEntry, parseHeader, writeEntry, writeHeader } from './line.ts';

/** A retry takes a person's decision: as many as this are a mistake, and would be kept in memory. */
const MAX_RETRIES = 100_000;

/** Which trades were emitted again, and as what: the only thing an engine fed by a seed or a file has to remember. */
export interface RetryJournal {
  /**
   * Reads the file, or begins it. A last line without its end was never acted on, and is cut off. Only for the engine that
   * has claimed the market.
   * @throws LockstepError JOURNAL_UNREADABLE, JOURNAL_FOREIGN
   */
  open(first: TradeV1 | undefined): Promise<void>;
  /** The highest id in it; 0 while it is empty. */
  readonly lastId: TradeId;
  /** The retry that has this id. */
  at(id: TradeId): EngineTrade | undefined;
  /** The id a trade was retried as. */
  retriedAs(id: TradeId): TradeId | undefined;
  /** Returns when the retry will be there after any crash. @throws LockstepError JOURNAL_UNWRITABLE */
  append(trade: EngineTrade & { readonly replaces: TradeId }): Promise<void>;
  close(): Promise<void>;
}

/** @param market address: a journal is of one market, and of one source of trades */
export function createRetryJournal(file: string, market: string): RetryJournal {
  const retries = new Map<TradeId, EngineTrade>();
  const retriedAs = new Map<TradeId, TradeId>();
  let lastId = tradeId(0);
  let handle: FileHandle | undefined;

  const keep = (trade: Line) => {
    retries.set(trade.tradeId, trade);
    retriedAs.set(trade.replaces, trade.tradeId);
    lastId = trade.tradeId;
  };
  return {
    async open(first) {
      const source = digestOf(first);
      handle = await opened(file);
      const text = await handle.readFile('utf8');
      const end = text.lastIndexOf('\n') + 1;
      if (end < text.length) await handle.truncate(Buffer.byteLength(text.slice(0, end)));
      const [header, ...lines] = text.slice(0, end).split('\n').slice(0, -1);
      if (header === undefined) await write(handle, file, writeHeader({ market, source }));
      else refuseForeign(file, parseHeader(file, header), { market, source });
      retries.clear();
      retriedAs.clear();
      lastId = tradeId(0);
      for (const line of lines) {
        const entry = parseEntry(file, line);
        if (entry.tradeId <= lastId) throw disordered(file, entry.tradeId);
        keep(entry);
      }
    },
    get lastId() {
      return lastId;
    },
    at: (id) => retries.get(id),
    retriedAs: (id) => retriedAs.get(id),
    async append(trade) {
      if (retries.size >= MAX_RETRIES) throw unwritable(file, `it holds ${MAX_RETRIES} retries, which is all it may`);
      if (handle === undefined) throw unwritable(file, 'it is not open');
      await write(handle, file, writeEntry(trade));
      keep(trade);
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

/** @throws LockstepError JOURNAL_UNWRITABLE */
async function opened(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'a+', 0o600);
    const folder = await open(dirname(file), 'r');
    // The name of a new file is not durable before its folder is.
    await folder.sync().finally(() => folder.close());
    return handle;
  } catch (cause) {
    throw unwritable(file, String(cause), cause);
  }
}

async function write(handle: FileHandle, file: string, line: string): Promise<void> {
  try {
    await handle.appendFile(`${line}\n`);
    await handle.sync();
  } catch (cause) {
    throw unwritable(file, String(cause), cause);
  }
}

/** A source is known by its first trade: another seed, file or number of traders gives another one. */
const digestOf = (first: TradeV1 | undefined): string =>
  createHash('sha256')
    .update(first === undefined ? Buffer.alloc(0) : encodeTradeEvent(first))
    .digest('hex');

interface Binding {
  readonly market: string;
  readonly source: string;
}

function refuseForeign(file: string, found: Binding, own: Binding): void {
  if (found.market === own.market && found.source === own.source) return;
  const what = found.market === own.market ? 'another source of trades' : `market ${found.market}`;
  throw new LockstepError(
    'JOURNAL_FOREIGN',
    `${file} is the journal of ${what}`,
    'Give the journal this engine wrote for this market, with the very input it had; or a new file when it never retried a trade.',
  );
}

const disordered = (file: string, id: TradeId): LockstepError =>
  new LockstepError(
    'JOURNAL_UNREADABLE',
    `${file}: trade ${id} is not in its place`,
    'Restore the file as this engine wrote it; what an id means never changes.',
  );

const unwritable = (file: string, why: string, cause?: unknown): LockstepError =>
  new LockstepError(
    'JOURNAL_UNWRITABLE',
    `${file}: ${why}`,
    'Correct what is named, then start the engine again; nothing was emitted without being written there first.',
    { cause },
  );
