import pino from 'pino';
import type { TradeId } from '#client';
import { aborted } from '../domain/aborted.ts';
import { tradesToForget } from '../domain/adoption.ts';
import type { ControlReading, RowsByVersion } from '../domain/control.ts';
import type { EngineWord, FlushReport, Maintenance } from '../domain/maintenance.ts';
import type { BatchKey, OutboxRow } from '../domain/row.ts';
import type { RejectedTrade } from '../domain/trade.ts';
import type { Clock, HaltMark, Journal, LaneWishes, Queue, Replays, Trimmer, Upkeep } from '../ports.ts';

export const silent = pino({ level: 'silent' });

/** A journal in memory that keeps every version of every row it was given. */
export interface FakeJournal extends Journal {
  readonly rows: Map<BatchKey, OutboxRow>;
  readonly saved: OutboxRow[];
  readonly retired: OutboxRow[];
  readonly rejections: Map<bigint, RejectedTrade>;
  mark: HaltMark | undefined;
  /** Called before each write; throws to break it. */
  beforeWrite: () => void;
}

export function fakeJournal(rows: readonly OutboxRow[] = []): FakeJournal {
  const journal: FakeJournal = {
    rows: new Map(rows.map((row) => [row.key, row])),
    saved: [],
    retired: [],
    rejections: new Map(),
    mark: undefined,
    beforeWrite: () => {},
    load: async () => [...journal.rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    async save(row, rejected = []) {
      journal.beforeWrite();
      journal.rows.set(row.key, row);
      journal.saved.push(row);
      for (const trade of rejected) journal.rejections.set(trade.tradeId, trade);
    },
    async drop(dropped, settled) {
      for (const row of dropped) {
        journal.rows.delete(row.key);
        for (const { tradeId } of row.trades) if (tradeId > settled) journal.rejections.delete(tradeId);
      }
    },
    async adopt(adopted, replaced) {
      journal.beforeWrite();
      for (const row of replaced) journal.rows.delete(row.key);
      for (const id of tradesToForget(adopted, replaced)) journal.rejections.delete(id);
      for (const row of adopted) journal.rows.set(row.key, row);
    },
    async retire(finalised, skipped = []) {
      for (const trade of skipped) journal.rejections.set(trade.tradeId, trade);
      for (const row of finalised) {
        if (journal.rows.delete(row.key)) journal.retired.push(row);
      }
    },
    rejected: async (ids) => ids.flatMap((id) => journal.rejections.get(id) ?? []),
    openLetters: async () => journal.rejections.size,
    async markHalted(reason) {
      journal.mark = { reason, acknowledged: false, acknowledge: 'acknowledge' };
    },
    halt: async () => journal.mark,
    async clearHalt() {
      journal.mark = undefined;
    },
  };
  return journal;
}

/** A queue in memory: one pointer at a time, in order, each waiting only once. */
export interface FakeQueue extends Queue {
  readonly waiting: BatchKey[];
  /** Called before each add; throws to refuse it. */
  beforeAdd: () => void;
}

export function fakeQueue(): FakeQueue {
  let work: ((key: BatchKey) => Promise<void>) | undefined;
  let busy: Promise<void> | undefined;
  let closed = false;
  const drain = async () => {
    for (let key = queue.waiting.shift(); key !== undefined && !closed; key = queue.waiting.shift()) await work?.(key);
  };
  const kick = () => {
    if (work === undefined || closed) return;
    busy ??= drain().finally(() => {
      busy = undefined;
      if (queue.waiting.length > 0) kick();
    });
  };
  const queue: FakeQueue = {
    waiting: [],
    beforeAdd: () => {},
    async rebuild(keys) {
      queue.waiting.splice(0, queue.waiting.length, ...keys);
      kick();
    },
    async add(key) {
      queue.beforeAdd();
      if (!queue.waiting.includes(key)) queue.waiting.push(key);
      kick();
    },
    consume(given) {
      work = given;
      kick();
    },
    async close(abort) {
      closed = true;
      await Promise.race([busy, aborted(abort)]);
    },
  };
  return queue;
}

/** What operators ask of a lane, as a test sets it, and what the lane answered. */
export interface FakeWishes extends LaneWishes {
  reading: ControlReading;
  readonly answers: { readonly effective: ControlReading; readonly rows: RowsByVersion }[];
}

export function fakeWishes(): FakeWishes {
  const wishes: FakeWishes = {
    reading: {},
    answers: [],
    read: async () => wishes.reading,
    async answer(effective, rows) {
      wishes.answers.push({ effective, rows });
    },
  };
  return wishes;
}

/** A lane's maintenance hash and an engine beside it, as a test sets them, and what the lane made of them. */
export interface FakeUpkeep extends Upkeep {
  maintenance: Maintenance | undefined;
  ignored: string | undefined;
  ended: string | undefined;
  engine: EngineWord;
  streamEnd: TradeId | undefined;
  /** Ids of open letters that are not waived. */
  letters: () => readonly TradeId[];
  readonly reports: FlushReport[];
  readonly asked: string[];
  /** Everybody who listens. */
  readonly ears: Set<() => void>;
  /** Called with each pause that is asked for. */
  onAsk: (id: string) => void;
  hushed: number;
}

export function fakeUpkeep(clock: Pick<Clock, 'now'>): FakeUpkeep {
  const standing = (id: string) => (fake.maintenance?.id === id ? fake.maintenance : undefined);
  const fake: FakeUpkeep = {
    ...{ maintenance: undefined, ignored: undefined, ended: undefined, streamEnd: undefined },
    engine: { asked: '', answered: '', refused: '', isPaused: false, lastId: undefined, silentMs: 0 },
    letters: () => [],
    ...{ reports: [], asked: [], ears: new Set<() => void>(), onAsk: () => {}, hushed: 0 },
    async look() {
      const { maintenance, ignored, ended, engine, streamEnd } = fake;
      const ids = fake.letters();
      return {
        ...(maintenance === undefined ? {} : { maintenance }),
        ...(ignored === undefined ? {} : { ignored }),
        ...{ nowMs: clock.now(), ended, engine, streamEnd, letters: { count: ids.length, ids } },
      };
    },
    async askPause(id) {
      if (standing(id) === undefined || fake.engine.asked === id) return;
      if (fake.maintenance?.cut !== undefined && fake.engine.asked !== '') return;
      fake.asked.push(id);
      fake.engine = { ...fake.engine, asked: id };
      fake.onAsk(id);
    },
    async setCut(id, cut) {
      const found = standing(id);
      if (found?.phase === 'draining') fake.maintenance = { cut, ...found };
    },
    async setReady(id) {
      const found = standing(id);
      if (found?.phase === 'draining') fake.maintenance = { ...found, phase: 'ready' };
    },
    async writeBack(maintenance) {
      fake.maintenance ??= maintenance;
    },
    async report(report) {
      fake.reports.push(report);
    },
    async hush() {
      fake.hushed += 1;
    },
    onWord(look) {
      fake.ears.add(look);
      return () => fake.ears.delete(look);
    },
  };
  return fake;
}

/** For a stream nothing is wrong with. */
export const noReplays: Replays = {
  ask: async () => {
    throw new Error('nothing to replay here');
  },
};

/** For a stream that keeps everything. */
export const noTrimmer: Trimmer = { trim: async () => {} };
