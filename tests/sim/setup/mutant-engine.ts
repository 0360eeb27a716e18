// The feeder with one fault, which its argument names; `none` has none. Started as docs/reference/engine.md says, "Trying an engine".
import { Redis } from 'ioredis';
import { baseLots, price, tradeId } from '#client';
import type { EngineSource, EngineTrade } from '#feeder';
import {
  createJournal,
  encodeTradeEvent,
  flowInput,
  inputSource,
  instrumentOf,
  openControl,
  openPublisher,
  parseStep,
  runEngine,
  SCHEMA_V2,
  tradeStreamKey,
  withJournal,
} from '#feeder';

const FAULT_AT = 31n;
const TRADERS = 64;

const [fault = 'none'] = process.argv.slice(2);
const { REDIS_URL = '', MARKET = '', TRADE_COUNT = '', TRADE_RATE = '', RETRY_JOURNAL = '' } = process.env;

/** Trades with what is wrong with them. */
function faulty(source: EngineSource): EngineSource {
  return {
    ...source,
    async *trades() {
      let last: EngineTrade | undefined;
      let shift = 0n;
      for await (const trade of source.trades()) {
        const next = { ...trade, tradeId: tradeId(trade.tradeId + shift) };
        if (fault === 'self-trade' && next.tradeId === FAULT_AT) yield { ...next, seller: next.buyer };
        else if (fault === 'overspend' && next.tradeId === FAULT_AT)
          yield { ...next, price: price(1n << 31n), quantity: baseLots(1n << 31n) };
        else yield next;
        if (fault === 'double' && next.tradeId === FAULT_AT) {
          last = { ...next, tradeId: tradeId(next.tradeId + 1n) };
          shift = 1n;
          yield last;
        }
      }
    },
  };
}

const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
const control = openControl(redis, MARKET);
const real = await openPublisher(redis, MARKET, control.token);

/** Past the script that refuses what no engine may write. */
async function writeRaw(generation: bigint, trades: readonly EngineTrade[]): Promise<void> {
  for (const { schema = '1', ...trade } of trades) {
    if (fault === 'skip' && trade.tradeId === FAULT_AT) continue;
    const isGarbage = fault === 'garbage' && trade.tradeId === FAULT_AT;
    const bytes = isGarbage ? Buffer.from('no trade') : encodeTradeEvent(trade, schema);
    await redis.xadd(tradeStreamKey(MARKET, generation), `${trade.tradeId}-0`, 'v', schema, 'p', bytes);
  }
}

let lastId = real.lastId;
const publisher: typeof real = {
  ...real,
  get generation() {
    return real.generation;
  },
  get lastId() {
    return lastId;
  },
  async publish(trades) {
    const written =
      fault === 'early-v2' ? trades.map((trade): EngineTrade => ({ ...trade, schema: SCHEMA_V2 })) : trades;
    if (fault === 'skip' || fault === 'garbage') await writeRaw(real.generation, written);
    else await real.publish(written);
    lastId = written.at(-1)?.tradeId ?? lastId;
  },
  async openDraft(from) {
    const draft = await real.openDraft(from);
    if (fault !== 'other-bytes') return draft;
    const dearer = (trade: EngineTrade): EngineTrade =>
      trade.tradeId === FAULT_AT ? { ...trade, price: price(trade.price + 1n) } : trade;
    return {
      generation: draft.generation,
      get lastId() {
        return draft.lastId;
      },
      publish: (trades) => draft.publish(trades.map(dearer)),
    };
  },
};

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('told to end')));
const instrument = instrumentOf(parseStep('0.01', 'tick'), parseStep('0.0001', 'lot'));
const input = flowInput(instrument, { traders: TRADERS, seed: '1', count: Number(TRADE_COUNT) });
const source = faulty(inputSource(input, { traders: TRADERS, takerBps: 10 }));
await runEngine({
  source: withJournal(source, createJournal(RETRY_JOURNAL, MARKET)),
  ...{ publisher, control, signal: stop.signal, rate: Number(TRADE_RATE) },
  log: (message) => void process.stderr.write(`${message}\n`),
});
redis.disconnect();
