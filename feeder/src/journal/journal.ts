import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { TradeId, TradeV1 } from '#client';
import { LockstepError, tradeId } from '#client';
import type { EngineTrade } from '../engine/source.ts';
import { encodeTradeEvent } from '../stream/encode-event.ts';
import { appendLine, foreignJournal, openAppending, unwritable } from './file.ts';
import type { Line, Retry } from './line.ts';
import { parseHeader, parseLine, writeHeader, writeLine } from './line.ts';
import type { SchemaSwitch } from './schemas.ts';
import { SchemaHistory } from './schemas.ts';

/** A line takes a person's decision: as many as this are a mistake, and would be kept in memory. */
const MAX_LINES = 100_000;

/**
 * Which trades were emitted again, and as what; and from which trade on which schema was written: all that an engine fed by a
 * seed or a file has to remember.
 */
export interface EngineJournal {
  /**
   * Reads the file, or begins it. A last line without its end was never acted on, and is cut off. Only for the engine that
   * has claimed the market. A source is known by its first trade, or by a name of its own.
   * @throws LockstepError JOURNAL_UNREADABLE, JOURNAL_FOREIGN
   */
  open(source: TradeV1 | string | undefined): Promise<void>;
  /** The highest id of a retry; 0 before the first. */
  readonly lastRetry: TradeId;
  readonly schemas: SchemaHistory;
  /** The retry that has this id. */
  at(id: TradeId): EngineTrade | undefined;
  /** The id that a source's own trade has between the retries. */
  idOf(own: TradeId): TradeId;
  /** The id a trade was retried as. */
  retriedAs(id: TradeId): TradeId | undefined;
  /** Returns when the retry will be there after any crash. @throws LockstepError JOURNAL_UNWRITABLE */
  addRetry(trade: Retry): Promise<void>;
  /** The same for a switch. @throws LockstepError JOURNAL_UNWRITABLE */
  addSwitch(change: SchemaSwitch): Promise<void>;
  close(): Promise<void>;
}

/** @param market address: a journal is of one market, and of one source of trades */
export function createJournal(file: string, market: string): EngineJournal {
  const retries = new Map<TradeId, EngineTrade>();
  const retriedAs = new Map<TradeId, TradeId>();
  const schemas = new SchemaHistory();
  let lastRetry = tradeId(0);
  let handle: FileHandle | undefined;

  const keep = (line: Line) => {
    if ('change' in line) return schemas.add(line.change);
    const { retry } = line;
    retries.set(retry.tradeId, retry);
    retriedAs.set(retry.replaces, retry.tradeId);
    lastRetry = retry.tradeId;
  };
  const add = async (line: Line) => {
    if (retries.size + schemas.size >= MAX_LINES)
      throw unwritable(file, `it has ${MAX_LINES} lines, which is all it may`);
    if (handle === undefined) throw unwritable(file, 'it is not open');
    await appendLine(handle, file, writeLine(line));
    keep(line);
  };
  return {
    async open(known) {
      const source = typeof known === 'string' ? known : digestOf(known);
      handle = await openAppending(file);
      const text = await handle.readFile('utf8');
      const end = text.lastIndexOf('\n') + 1;
      if (end < text.length) await handle.truncate(Buffer.byteLength(text.slice(0, end)));
      const [header, ...lines] = text.slice(0, end).split('\n').slice(0, -1);
      if (header === undefined) await appendLine(handle, file, writeHeader({ market, source }));
      else refuseForeign(file, parseHeader(file, header), { market, source });
      retries.clear();
      retriedAs.clear();
      schemas.clear();
      lastRetry = tradeId(0);
      for (const text of lines) {
        const line = parseLine(file, text);
        if ('retry' in line && line.retry.tradeId <= lastRetry) throw disordered(file, line.retry.tradeId);
        keep(line);
      }
    },
    schemas,
    get lastRetry() {
      return lastRetry;
    },
    at: (id) => retries.get(id),
    idOf(own) {
      let id: bigint = own;
      for (const retry of retries.keys()) {
        if (retry > id) break;
        id += 1n;
      }
      return tradeId(id);
    },
    retriedAs: (id) => retriedAs.get(id),
    addRetry: (retry) => add({ retry }),
    addSwitch: (change) => add({ change }),
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
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
  throw foreignJournal(file, what);
}

const disordered = (file: string, id: TradeId): LockstepError =>
  new LockstepError(
    'JOURNAL_UNREADABLE',
    `${file}: trade ${id} is not in its place`,
    'Restore the file as this engine wrote it; what an id means never changes.',
  );
