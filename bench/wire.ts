// `npm run -s bench:wire -- [--json] [--input FILE.csv] [--traders N] [--count N] [--record | --check]`: what trades cost in either
// batch version, in full transactions settled through the program under test. Without --input the trades are generated; what those
// cost is kept in bench/wire.json by --record, and --check fails when a number has moved.
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { TradeV1 } from '#client';
import { marketSpace } from '#client';
import type { TradeInput } from '#feeder';
import { acceptedRows, csvInput, flowInput, instrumentOf, openTradeFile } from '#feeder';
import { wireFigures } from './wire-figures.ts';
import { TAKER_BPS } from './wire-market.ts';

/** As `npm start` gives traders to the rows of a file. */
const SEED = '1';
const DEFAULT_TRADERS = '64';
/** Some tens of transactions. */
const DEFAULT_COUNT = '5000';
/** The cluster's limit for one account. */
const MAX_MARKET_BYTES = 10 * 1_024 * 1_024;
const recordFile = new URL('wire.json', import.meta.url);

const { values } = parseArgs({
  options: {
    input: { type: 'string' },
    traders: { type: 'string', default: DEFAULT_TRADERS },
    count: { type: 'string', default: DEFAULT_COUNT },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
const traders = whole('traders', 2);
const count = whole('count', 1);
if (marketSpace(traders) > MAX_MARKET_BYTES) throw new Error(`no market holds ${traders} traders`);

function whole(name: 'traders' | 'count', least: number): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} takes a whole number from ${least}`);
  return value;
}

async function tradesOf(input: TradeInput): Promise<TradeV1[]> {
  const trades: TradeV1[] = [];
  for await (const { trade } of acceptedRows(input, { traders, takerBps: TAKER_BPS })) trades.push(trade);
  if (trades.length === 0) throw new Error(`${input.origin}: no trade can be settled`);
  return trades;
}

async function readTrades(): Promise<TradeV1[]> {
  const options = { traders, seed: SEED, count };
  if (values.input === undefined) {
    const instrument = instrumentOf({ digits: 1n, scale: 2 }, { digits: 1n, scale: 4 });
    return tradesOf(flowInput(instrument, options));
  }
  const spool = await mkdtemp(join(tmpdir(), 'lockstep-wire-'));
  try {
    const { signal } = new AbortController();
    const file = await openTradeFile(values.input, async () => spool, signal);
    return await tradesOf(await csvInput(file, { ...options, tick: undefined, lot: undefined }, signal));
  } finally {
    await rm(spool, { recursive: true, force: true });
  }
}

const figures = wireFigures(await readTrades(), traders);
console.log(JSON.stringify(figures, undefined, values.json ? undefined : 2));
if (values.record) writeFileSync(recordFile, `${JSON.stringify(figures, undefined, 2)}\n`);
if (values.check) {
  const recorded = JSON.parse(readFileSync(recordFile, 'utf8'));
  if (!isDeepStrictEqual(figures, recorded)) {
    console.error(
      `recorded ${JSON.stringify(recorded)}\nRecord the new numbers with: npm run -s bench:wire -- --record`,
    );
    process.exitCode = 1;
  }
}
