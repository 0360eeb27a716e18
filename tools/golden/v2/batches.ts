/** Batch V2: header, then a column for each field; its digests; and bytes that are no batch. */
import { instructionDiscriminator, sha256, U64_MAX, u8, u32, u64 } from '../bytes.ts';
import { varint } from '../protobuf.ts';
import { column, type Encoding } from './columns.ts';
import { namedTrades, sampleTrade, sampleTrades, type Trade, tradeJson, voided } from './trades.ts';

export interface Batch {
  readonly sequence: bigint;
  readonly firstTradeId: bigint;
  readonly prevDigestPrefix: bigint;
  readonly trades: readonly Trade[];
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export const header = (batch: Omit<Batch, 'trades'>, count: number): Buffer =>
  Buffer.concat([u8(2), u64(batch.sequence), u64(batch.firstTradeId), u16(count), u64(batch.prevDigestPrefix)]);

/** Even numbers go up, odd ones down; a step around the end of u64 is the short one. */
export function step(from: bigint, to: bigint): bigint {
  const up = (to - from + 2n ** 64n) % 2n ** 64n;
  return up < 2n ** 63n ? 2n * up : 2n * (2n ** 64n - up) - 1n;
}

/** taker side + 2 × fee tier + 8 × order type */
const flags = (trade: Trade): bigint => BigInt((trade.takerIsBuyer ? 1 : 0) + 2 * trade.feeTier + 8 * trade.orderType);

export function columns(trades: readonly Trade[], encoding?: Encoding): Buffer[] {
  const [first] = trades;
  if (first === undefined) return [];
  const steps = trades.slice(1).map((trade, i) => step(trades[i]?.price ?? 0n, trade.price));
  return [
    column(
      trades.map((trade) => BigInt(trade.buyer)),
      encoding,
    ),
    column(
      trades.map((trade) => BigInt(trade.seller)),
      encoding,
    ),
    Buffer.concat([varint(first.price), column(steps, encoding)]),
    column(
      trades.map((trade) => trade.quantity),
      encoding,
    ),
    column(trades.map(flags), encoding),
  ];
}

const dataOf = (batch: Batch, encoding?: Encoding): Buffer =>
  Buffer.concat([header(batch, batch.trades.length), ...columns(batch.trades, encoding)]);

const batch = (trades: readonly Trade[], change: Partial<Batch> = {}): Batch => ({
  sequence: 1n,
  firstTradeId: trades[0]?.tradeId ?? 1n,
  prevDigestPrefix: 0n,
  trades,
  ...change,
});

const numbered = (trades: readonly Trade[]): Trade[] =>
  trades.map((trade, i) => ({ ...trade, tradeId: BigInt(i + 1) }));

const prices = (...list: bigint[]): Trade[] =>
  numbered(list.map((price) => ({ ...sampleTrade(1n), price, quantity: 1n })));

const cases: readonly (readonly [name: string, batch: Batch, encoding?: Encoding])[] = [
  ['no trade', batch([])],
  ['no trade, after others', batch([], { sequence: 9n, firstTradeId: 77n, prevDigestPrefix: 0x1122334455667788n })],
  ...namedTrades.map(([name, trade]) => [name, batch([trade])] as const),
  ['every named trade', batch(numbered(namedTrades.map(([, trade]) => trade)))],
  ['24 trades', batch(sampleTrades(3n, 24), { sequence: 3n, prevDigestPrefix: U64_MAX })],
  ['24 trades, every column plain', batch(sampleTrades(3n, 24)), 'plain'],
  ['24 trades, every column packed', batch(sampleTrades(3n, 24)), 'packed'],
  ['24 trades, every column in runs', batch(sampleTrades(3n, 24)), 'runs'],
  ['200 trades', batch(sampleTrades(1n, 200))],
  ['1,024 trades, all alike', batch(numbered(Array.from({ length: 1024 }, () => sampleTrade(1n))))],
  ['voids first, in the middle and last', batch(sampleTrades(54n, 5).map((t, i) => (i % 2 === 0 ? voided(t) : t)))],
  ['prices up, down and level', batch(prices(100n, 101n, 99n, 99n, 1_000_000n, 1n))],
  ['prices around the end of u64', batch(prices(U64_MAX, 0n, U64_MAX, 2n ** 63n, 0n, 2n ** 63n - 1n))],
  ['prices around the end of u64, packed in 64 bits', batch(prices(U64_MAX, 0n, 2n ** 63n, 1n, 5n)), 'packed'],
  ['ids up to the last one there is', batch(sampleTrades(U64_MAX - 1n, 2), { sequence: U64_MAX })],
];

export function batchesVectors(): unknown {
  return {
    about:
      'Batch V2. data: the argument of settle_batch, version byte first. payload_digest = sha256(data); next_prev_digest_prefix: its first 8 bytes as a little-endian number, what the next batch names. smallest: whether an encoder must produce exactly these bytes (each column in its smallest encoding); every decoder reads all of them. instruction: discriminator, u32 length, data.',
    cases: cases.map(([name, made, encoding]) => {
      const data = dataOf(made, encoding);
      return {
        name,
        sequence: made.sequence.toString(),
        first_trade_id: made.firstTradeId.toString(),
        prev_digest_prefix: made.prevDigestPrefix.toString(),
        trades: made.trades.map(tradeJson),
        smallest: data.equals(dataOf(made)),
        data: data.toString('hex'),
        payload_digest: sha256(data).toString('hex'),
        next_prev_digest_prefix: sha256(data).readBigUInt64LE().toString(),
        instruction: Buffer.concat([instructionDiscriminator('settle_batch'), u32(data.length), data]).toString('hex'),
      };
    }),
  };
}

const codeLists: readonly (readonly [string, readonly number[]])[] = [
  ['no trade', []],
  ['one settled', [0]],
  ['127 settled', Array(127).fill(0)],
  ['128 settled: a run of two bytes', Array(128).fill(0)],
  ['1,024 settled', Array(1024).fill(0)],
  ['one skipped among others', [0, 0, 7, 0]],
  ['every code', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['runs of each other', [1, 1, 6, 6, 6, 0]],
];

export function resultsVectors(): unknown {
  return {
    about:
      'Result codes of a V2 batch. codes: one byte a trade, hashed in results_digest. runs: as the TradeResults event spells them, a code and then how often it comes (LEB128).',
    cases: codeLists.map(([name, codes]) => ({
      name,
      codes: Buffer.from(codes).toString('hex'),
      runs: runsOfCodes(codes).toString('hex'),
      results_digest: sha256(Buffer.from(codes)).toString('hex'),
    })),
  };
}

function runsOfCodes(codes: readonly number[]): Buffer {
  const starts = codes.flatMap((code, i) => (i === 0 || codes[i - 1] !== code ? [i] : []));
  return Buffer.concat(
    starts.flatMap((start, i) => [u8(codes[start] ?? 0), varint(BigInt((starts[i + 1] ?? codes.length) - start))]),
  );
}
