import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { appendLine, openAppending, unwritable } from '../journal/file.ts';
import type { OrderLine, WrittenNote } from './line.ts';
import { parseOrderHeader, parseOrderLine, writeOrderHeader, writeOrderLine } from './line.ts';

const CHUNK_BYTES = 65_536;
/** Lines between two steps of opening a long file. */
const STEP_LINES = 500;
const NEWLINE = 0x0a;

/** Reads lines from the start; at the end there may be more later. */
export interface OrderLines {
  next(): Promise<OrderLine | undefined>;
  close(): Promise<void>;
}

/** The orders of a market in the order they were taken: a file that only grows, and from which all its trades follow again. */
export interface OrderJournal {
  /** Names the file; known when it is open. */
  readonly id: string;
  /**
   * Begins the file, or reads it through. A last line without its end was never acted on, and is cut off. Only for the engine
   * that has claimed the market.
   * @throws LockstepError JOURNAL_UNREADABLE, JOURNAL_FOREIGN, JOURNAL_UNWRITABLE
   */
  open(keep: (line: OrderLine) => void, onStep: () => Promise<unknown>): Promise<void>;
  /** Returns when the line will be there after any crash. @throws LockstepError JOURNAL_UNWRITABLE */
  append(line: OrderLine<WrittenNote>): Promise<void>;
  /** What is in the file, and what is appended while it is read. */
  lines(): OrderLines;
  close(): Promise<void>;
}

/** @param market address: a journal is of one market */
export function createOrderJournal(file: string, market: string): OrderJournal {
  let id = '';
  let handle: FileHandle | undefined;
  /** Bytes of whole lines, all of them synced. */
  let size = 0;
  let firstLine = 0;

  const append = async (text: string) => {
    if (handle === undefined) throw unwritable(file, 'it is not open');
    // Two engines with one file is a mistake no claim can find when they write different markets or different Redis.
    if ((await handle.stat()).size !== size) throw unwritable(file, 'another process writes it too');
    await appendLine(handle, file, text);
    size += Buffer.byteLength(text) + 1;
  };
  return {
    get id() {
      return id;
    },
    async open(keep, onStep) {
      handle = await openAppending(file);
      size = (await handle.stat()).size;
      const text = readText(file, 0, () => size);
      try {
        const header = await text.next();
        firstLine = text.at;
        if (header !== undefined) id = parseOrderHeader(file, header, market);
        for (let count = 1, line = await text.next(); line !== undefined; count += 1, line = await text.next()) {
          keep(parseOrderLine(file, line));
          if (count % STEP_LINES === 0) await onStep();
        }
        if (text.at < size) await handle.truncate(text.at);
        size = text.at;
        if (header !== undefined) return;
      } finally {
        await text.close();
      }
      id = randomUUID();
      await append(writeOrderHeader(market, id));
      firstLine = size;
    },
    append: (line) => append(writeOrderLine(line)),
    lines() {
      let text: TextLines | undefined;
      return {
        async next() {
          text ??= readText(file, firstLine, () => size);
          const line = await text.next();
          return line === undefined ? undefined : parseOrderLine(file, line);
        },
        async close() {
          await text?.close();
        },
      };
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

interface TextLines {
  /** Place of the byte after the last line given. */
  readonly at: number;
  next(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Whole lines from a place on, as far as `end` says there are any. */
function readText(file: string, from: number, end: () => number): TextLines {
  let handle: FileHandle | undefined;
  let buffered = Buffer.alloc(0);
  let [at, read, searched] = [from, from, 0];
  return {
    get at() {
      return at;
    },
    async next() {
      for (;;) {
        const newline = buffered.indexOf(NEWLINE, searched);
        if (newline !== -1) {
          const line = buffered.toString('utf8', 0, newline);
          buffered = buffered.subarray(newline + 1);
          at += newline + 1;
          searched = 0;
          return line;
        }
        searched = buffered.length;
        if (read >= end()) return undefined;
        handle ??= await open(file, 'r');
        const wanted = Math.min(CHUNK_BYTES, end() - read);
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(wanted), 0, wanted, read);
        if (bytesRead === 0) throw unwritable(file, 'it has become shorter');
        read += bytesRead;
        buffered = Buffer.concat([buffered, buffer.subarray(0, bytesRead)]);
      }
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}
