import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Redis } from 'ioredis';
import { LockstepError } from '#client';
import { openControl } from './control/control.ts';
import { openTradeFile } from './csv/file.ts';
import { csvInput } from './csv/input.ts';
import type { Decimal } from './decimal.ts';
import { runEngine } from './engine/run-engine.ts';
import type { EngineSource } from './engine/source.ts';
import { inputSource } from './engine/source.ts';
import { InputError } from './input-error.ts';
import { instrumentOf } from './instrument.ts';
import { createJournal } from './journal/journal.ts';
import { withJournal } from './journal/source.ts';
import { DEFAULT_FLOW_TRADES, flowInput } from './market/input.ts';
import { rateOption, stepOption } from './options.ts';
import type { ChainBalancesOptions } from './orders/chain-balances.ts';
import { chainBalances } from './orders/chain-balances.ts';
import { OrderDesk, orderSource } from './orders/desk.ts';
import type { BalanceReader } from './orders/funds.ts';
import { Funds } from './orders/funds.ts';
import { createOrderJournal } from './orders/journal.ts';
import { openOrderStream } from './orders/stream.ts';
import type { Rate } from './pace.ts';
import { openPublisher } from './stream/publisher.ts';
import type { TradeInput } from './trade-input.ts';

interface Flags {
  readonly redis: string;
  readonly market: string;
  readonly trades?: string;
  readonly tick?: Decimal;
  readonly lot?: Decimal;
  readonly count?: number;
  readonly seed: string;
  readonly rate: Rate;
  readonly traders: number;
  readonly takerBps: number;
  readonly journal?: string;
  readonly orders?: string;
  readonly rpc?: string;
  readonly marketAccount?: string;
}

/** Of generated trades. */
const DEFAULT_TICK: Decimal = { digits: 1n, scale: 2 };
const DEFAULT_LOT: Decimal = { digits: 1n, scale: 4 };
const DEFAULT_TRADERS = 64;
const DEFAULT_TAKER_BPS = 10;
const MAX_TAKER_BPS = 10_000;
const MAX_COUNT = 1_000_000_000;
const MAX_TRADERS = 0xffff_ffff;
/** A Redis that does not answer by then is not waited for when the engine is told to end. */
const STOP_MS = 3_000;

/** `engine`: the reference engine for one market, until SIGINT or SIGTERM. Started again with the same options it continues. */
export function engineCommand(): Command {
  const text = (flags: string, description: string, env: string) =>
    new Option(flags, description).env(env).makeOptionMandatory();
  return new Command('engine')
    .description(
      "write a seeded order flow, a file of trades or traders' orders to a market, as docs/reference/engine.md says",
    )
    .addOption(text('--redis <url>', 'where the trades go', 'REDIS_URL'))
    .addOption(text('--market <address>', 'the market', 'MARKET'))
    .option('--trades <file>', 'CSV of trades (default: seeded order flow)')
    .option('--tick <decimal>', 'smallest step of a price', stepOption('tick'))
    .option('--lot <decimal>', 'smallest step of a quantity', stepOption('lot'))
    .addOption(
      new Option('--count <n>', `rows of the file, or trades to generate (default: all, ${DEFAULT_FLOW_TRADES})`)
        .env('TRADE_COUNT')
        .argParser(whole(1, MAX_COUNT)),
    )
    .option('--seed <text>', 'decides who trades, and the generated orders', '1')
    .addOption(new Option('--rate <n|max>', 'trades a second').env('TRADE_RATE').default('max').argParser(rateOption))
    .option(
      '--traders <n>',
      'entries the trades are spread over; with --orders those that may trade',
      whole(2, MAX_TRADERS),
      DEFAULT_TRADERS,
    )
    .option(
      '--taker-bps <n>',
      'fee of the market: a trade no deposit can cover is left out',
      whole(0, MAX_TAKER_BPS),
      DEFAULT_TAKER_BPS,
    )
    .addOption(
      new Option(
        '--orders <journal>',
        'take orders from the stream orders:<market>, and keep them in this file: all trades follow from it',
      )
        .env('ORDER_JOURNAL')
        .conflicts(['trades', 'tick', 'lot', 'count', 'seed', 'rate']),
    )
    .option('--rpc <url>', 'with --orders: take only what entries can pay, as this RPC says')
    .option('--market-account <address>', 'with --rpc: the account on-chain (default: --market)')
    .addOption(
      new Option(
        '--journal <file>',
        'where schema switches and trades emitted again are written down first; without it schema 1 and no retry',
      ).env('RETRY_JOURNAL'),
    )
    .action(run);
}

/** @throws LockstepError REDIS_UNREACHABLE, InputError, what runEngine throws */
async function run(flags: Flags): Promise<void> {
  const log = (message: string) => void process.stderr.write(`engine: ${message}\n`);
  const stop = new AbortController();
  const end = () => stop.abort(new Error('told to end'));
  const spool = await mkdtemp(join(tmpdir(), 'lockstep-engine-'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, end);
  try {
    const sourceAt = await sourceOf(flags, async () => spool, { signal: stop.signal, log });
    const redis = await connect(flags.redis, stop.signal, log);
    try {
      const control = openControl(redis, flags.market);
      const publisher = await openPublisher(redis, flags.market, control.token);
      const source = sourceAt(redis, control.token);
      log(`${source.origin} to market ${flags.market}, generation ${publisher.generation}`);
      const last = await runEngine({
        source,
        publisher,
        control,
        signal: stop.signal,
        rate: flags.rate,
        ...(flags.orders === undefined && {
          onExhausted: (id) => log(`all written, up to trade ${id}; still here to pause and to replay`),
        }),
        log,
      });
      log(`ended after trade ${last}`);
    } finally {
      redis.disconnect();
    }
  } catch (error) {
    // Told to end while it read its input: an end like any other.
    if (error !== stop.signal.reason) throw error;
    log('ended before its first trade');
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, end);
    await rm(spool, { recursive: true, force: true });
  }
}

/** What the flags say, as far as it can be known without Redis; the rest is given when that answers. */
async function sourceOf(
  flags: Flags,
  spoolDir: () => Promise<string>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: (message: string) => void },
): Promise<(redis: Redis, token: string) => EngineSource> {
  const { market, orders } = flags;
  const remembered = (source: EngineSource) =>
    flags.journal === undefined ? source : withJournal(source, createJournal(flags.journal, market));
  if (orders !== undefined) {
    const { traders, takerBps } = flags;
    const balances =
      flags.rpc === undefined ? undefined : await balancesOf(flags.rpc, flags.marketAccount ?? market, log);
    const funds = balances && { funds: new Funds(balances, takerBps) };
    const journal = createOrderJournal(orders, market);
    return (redis, token) => {
      const stream = openOrderStream(redis, { market, token }, log);
      return remembered(orderSource(new OrderDesk({ journal, stream, log, traders, takerBps, ...funds }), journal));
    };
  }
  const source = remembered(inputSource(await inputOf(flags, spoolDir, signal), flags));
  return () => source;
}

/** web3.js is loaded only where a chain is asked. @throws InputError MARKET_INVALID */
async function balancesOf(rpc: string, market: string, log: (message: string) => void): Promise<BalanceReader> {
  const { Connection, PublicKey } = await import('@solana/web3.js');
  let place: Pick<ChainBalancesOptions, 'connection' | 'market'>;
  try {
    place = { connection: new Connection(rpc, 'confirmed'), market: new PublicKey(market) };
  } catch {
    throw new InputError(
      'MARKET_INVALID',
      `${rpc} is no URL, or ${market} no address`,
      'Give the URL of an RPC with --rpc, and the market account with --market-account.',
    );
  }
  return chainBalances({ ...place, log });
}

async function inputOf(flags: Flags, spoolDir: () => Promise<string>, signal: AbortSignal): Promise<TradeInput> {
  const { traders, seed, count, tick, lot } = flags;
  if (flags.trades === undefined) {
    return flowInput(instrumentOf(tick ?? DEFAULT_TICK, lot ?? DEFAULT_LOT), { traders, seed, count });
  }
  const file = await openTradeFile(flags.trades, spoolDir, signal);
  return csvInput(file, { traders, seed, count, tick, lot }, signal);
}

/** A connection that has answered once; after that commands wait until Redis is back, or the engine is told to end. */
async function connect(url: string, signal: AbortSignal, log: (message: string) => void): Promise<Redis> {
  let connected = false;
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (connected ? Math.min(times * 50, 1_000) : null),
  });
  redis.on('error', (error) => log(`redis connection: ${error.message}`));
  await redis.connect().catch((cause: unknown) => {
    throw new LockstepError(
      'REDIS_UNREACHABLE',
      'redis does not answer at the URL given',
      'Start redis-server, or give its URL with --redis or REDIS_URL.',
      { cause },
    );
  });
  connected = true;
  signal.addEventListener('abort', () => setTimeout(() => redis.disconnect(), STOP_MS).unref(), { once: true });
  return redis;
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`It must be a whole number of ${min} to ${max}.`);
    }
    return value;
  };
}
