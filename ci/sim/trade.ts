import { Redis } from 'ioredis';
import { readMarketHeader, settlementInstructions, VersionBit } from '#client';
import type { Reason } from '#gate/can-ship';
import { pause } from '../../cli/src/pause.ts';
import { step } from '../../cli/src/transactions.ts';
import type { SimChain } from './chain.ts';
import { askEngine, engineSaid } from './control.ts';
import type { Desk } from './desk.ts';
import type { Process } from './process.ts';
import { reason } from './reason.ts';
import type { SimRelayer } from './relayer.ts';
import type { Tap } from './rpc-tap.ts';
import type { TradeStream } from './stream.ts';
import type { Effort, Subject } from './subject.ts';
import type { SimMarket } from './venue.ts';
import { Watch } from './watch.ts';

/** Everything that has been started for a cell. */
export interface Trading {
  readonly desk: Desk;
  readonly chain: SimChain;
  readonly market: SimMarket;
  readonly stream: TradeStream;
  readonly relayer: SimRelayer;
  readonly engine: Process;
  readonly tap: Tap;
  readonly subject: Subject;
  readonly effort: Effort;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Traded {
  readonly failures: readonly Reason[];
  /** What kept the cell from being decided; empty when nothing did. */
  readonly doubts: readonly Reason[];
}

const POLL_MS = 100;
/** The engine is asked to switch when it has written so much of its trades in the schema it began with. */
const SWITCH_AFTER = 1 / 4;
/** As much must follow the switch, or it proves little. */
const LEAST_AFTER_SWITCH = 1 / 6;
/** An engine that has written nothing for so long has no more. */
const ENGINE_QUIET_MS = 20_000;
/** What relayer and node may still have to say about a failure. */
const LAST_WORDS_MS = 1_000;

/**
 * Lets the engine trade as it does without being asked; then, where program, relayer and engine all speak it, in schema 2; then has it
 * write everything once more. Returns when all is settled, or at the first failure.
 * @throws the signal's reason
 */
export async function trade(trading: Trading): Promise<Traded> {
  const { desk, market, signal } = trading;
  const redis = new Redis(desk.redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const name = market.venue.market.toBase58();
  const watch = new Watch(trading);
  const doubts: Reason[] = [];
  try {
    const { count } = trading.effort;
    const inTheWay =
      (await until(trading, watch, ({ written }) => written >= count * SWITCH_AFTER)) ??
      (await switchSchema(trading, watch, { redis, name })) ??
      (await until(
        trading,
        watch,
        ({ settled, written, isDry }) => settled >= count || (isDry && settled === written),
      ));
    if (inTheWay !== undefined) return failed(inTheWay);
    const written = trading.stream.entries().length;
    if (written < count) doubts.push(fewTrades(written, count));
    const after = trading.stream.entries().filter(({ schema }) => schema === 2).length;
    if ((await canSwitch(trading, redis, name)) && after < count * LEAST_AFTER_SWITCH)
      doubts.push(fewAfterSwitch(after));
    await trading.relayer.stop();
    const replayed = await replayAll(trading, redis, name);
    return { failures: replayed, doubts };
  } finally {
    redis.disconnect();
  }

  async function failed(first: Reason): Promise<Traded> {
    await pause(LAST_WORDS_MS, signal);
    return { failures: [first, ...trading.stream.faults().filter((fault) => fault !== first)], doubts };
  }
}

interface Now {
  /** By the chain. */
  readonly settled: number;
  /** By the engine. */
  readonly written: number;
  /** The engine seems to have no more. */
  readonly isDry: boolean;
}

/** Waits; answers what is in the way. @throws the signal's reason */
async function until(
  { market: { venue }, stream, effort, signal }: Trading,
  watch: Watch,
  isSo: (now: Now) => boolean,
): Promise<Reason | undefined> {
  for (;;) {
    const { value } = await readMarketHeader(venue.connection, venue.market, 'confirmed', venue.program);
    const settled = Number(value.lastTradeId);
    const written = stream.entries().length;
    const trouble = await watch.trouble(settled, written);
    if (trouble !== undefined) return trouble;
    const quietMs = watch.quietMs();
    if (written === 0 && quietMs > effort.firstTradeMs) return silent(effort.firstTradeMs);
    const isDry = written > 0 && quietMs > ENGINE_QUIET_MS;
    if (isSo({ settled, written, isDry })) return undefined;
    await pause(POLL_MS, signal);
  }
}

interface Lane {
  readonly redis: Redis;
  /** In the keys. */
  readonly name: string;
}

/** Paused meanwhile, so that all of the old schema settles first, and what follows is in the new one, whatever the engine's pace. */
async function switchSchema(trading: Trading, watch: Watch, { redis, name }: Lane): Promise<Reason | undefined> {
  const { market, desk, signal, say } = trading;
  if (!(await canSwitch(trading, redis, name))) return undefined;
  const ask = (kind: 'mode' | 'emit', value: string) => askEngine(redis, name, kind, value, signal);
  const unsettled =
    (await ask('mode', 'pause')) ?? (await until(trading, watch, ({ settled, written }) => settled === written));
  if (unsettled !== undefined) return unsettled;
  const { program, config } = market.venue;
  const allowedBatchVersions = config.allowedBatchVersions | VersionBit.V2;
  const admin = desk.keys.operator.publicKey;
  const allow = settlementInstructions(program).setAllowedVersions({ admin, allowedBatchVersions });
  if (allowedBatchVersions !== config.allowedBatchVersions) await market.send.together([step([allow])]);
  say('V2 is allowed; the engine is asked for schema 2');
  const refused = (await ask('emit', '2')) ?? (await ask('mode', 'run'));
  watch.wakeUp();
  return refused;
}

/** Whether program, engine and relayer all speak V2. */
async function canSwitch({ market, subject }: Trading, redis: Redis, name: string): Promise<boolean> {
  const engineSpeaks = ((await engineSaid(redis, name)).emit_spoken ?? '1').split(',');
  return market.routesV2 && subject.relayer.speaks.includes(2) && engineSpeaks.includes('2');
}

/** Every entry once more: the reader of the stream holds it against what was there before. */
async function replayAll(trading: Trading, redis: Redis, name: string): Promise<readonly Reason[]> {
  const { stream, signal } = trading;
  const refused = await askEngine(redis, name, 'replay', '0', signal);
  if (refused !== undefined) return [refused];
  await stream.untilRead();
  return stream.faults();
}

const silent = (ms: number): Reason =>
  reason(
    'NOTHING_WRITTEN',
    `the engine has written no trade for ${ms / 1_000} s`,
    'It finds REDIS_URL, MARKET, TRADE_COUNT and TRADE_RATE in its environment: docs/reference/engine.md, "Trying an engine".',
  );

const fewTrades = (written: number, count: number): Reason =>
  reason(
    'TOO_FEW_TRADES',
    `the engine wrote ${written} trades, then none for ${ENGINE_QUIET_MS / 1_000} s; it was told to have ${count}`,
    'See what it waits for; an engine that has fewer is tried with a smaller --count.',
  );

const fewAfterSwitch = (after: number): Reason =>
  reason(
    'SWITCH_TOO_LATE',
    `only ${after} trades followed the switch to schema 2`,
    'Let the engine keep to TRADE_RATE, or run with a larger --count.',
  );
