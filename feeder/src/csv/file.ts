import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileReason, InputError } from '../input-error.ts';
import { rejection } from '../rows.ts';
import type { Columns } from './columns.ts';
import { columnsOf } from './columns.ts';
import type { Line } from './lines.ts';
import { LineSplitter } from './lines.ts';
import { parseRecord } from './record.ts';
import { spoolPipe } from './spool.ts';
import type { ParsedRow } from './trade-row.ts';
import { parseTradeRow } from './trade-row.ts';

/** A trade file that can be read several times; what is appended after it was opened is not looked at. */
export interface TradeFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Finds the file; what can be read only once (a pipe, /dev/stdin) is first copied into the folder `spoolDir` makes for it.
 * @throws InputError TRADES_FILE_UNREADABLE (also for devices and directories), TRADES_FILE_EMPTY; the signal's reason
 */
export async function openTradeFile(
  name: string,
  spoolDir: () => Promise<string>,
  signal: AbortSignal,
): Promise<TradeFile> {
  try {
    const found = await stat(name);
    if (!(found.isFile() || found.isFIFO())) {
      throw new Error(found.isDirectory() ? 'it is a directory' : 'it is neither a file nor a pipe');
    }
    const path = found.isFile() ? name : await spooled(name, await spoolDir(), signal);
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    await handle.close();
    if (size === 0) throw empty(name, 'is empty');
    return { name, path, bytes: size };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof InputError ? error : unreadable(name, error);
  }
}

async function spooled(name: string, dir: string, signal: AbortSignal): Promise<string> {
  const path = join(dir, 'trades.csv');
  await spoolPipe(name, path, signal);
  return path;
}

/**
 * The rows of the file in order, one at a time; blank lines are passed over.
 * @throws InputError TRADES_FILE_HEADER, TRADES_FILE_EMPTY, TRADES_FILE_UNREADABLE
 */
export async function* readTradeRows(file: TradeFile): AsyncGenerator<ParsedRow> {
  let columns: Columns | undefined;
  let rows = 0;
  for await (const { number, text } of linesOf(file)) {
    if (text === undefined) {
      if (columns === undefined) throw unreadable(file.name, new Error('its first line never ends'));
      rows += 1;
      yield rejection(number, 'ROW_UNREADABLE', 'the line is too long');
    } else if (text.trim() === '') {
    } else if (columns === undefined) {
      const header = parseRecord(text);
      columns = columnsOf('fields' in header ? header.fields : [], file.name);
    } else {
      rows += 1;
      yield parseTradeRow(number, text, columns);
    }
  }
  if (columns === undefined) throw empty(file.name, 'has only blank lines');
  if (rows === 0) throw empty(file.name, 'has a header but no trades');
}

async function* linesOf(file: TradeFile): AsyncGenerator<Line> {
  const splitter = new LineSplitter();
  const pieces = createReadStream(file.path, { encoding: 'utf8', end: file.bytes - 1, highWaterMark: 1 << 18 });
  try {
    for await (const piece of pieces) yield* splitter.push(piece);
  } catch (error) {
    throw unreadable(file.name, error);
  }
  yield* splitter.end();
}

const unreadable = (name: string, cause: unknown): InputError =>
  new InputError(
    'TRADES_FILE_UNREADABLE',
    `${name}: ${fileReason(cause)}`,
    'Give the path of a CSV file you may read: --trades FILE.csv',
    { cause },
  );

const empty = (name: string, why: string): InputError =>
  new InputError('TRADES_FILE_EMPTY', `${name}: the file ${why}`, 'Give a CSV file with a header line and trades.');
