/** Batch V1: version byte, sequence, count, trades; its digests; and bytes that are no batch. */
import { instructionDiscriminator, sha256, U64_MAX, u8, u32, u64 } from './bytes.ts';
import {
  namedTrades,
  resultCode,
  sampleTrade,
  sampleTrades,
  type Trade,
  tradeBytes,
  tradeJson,
  voided,
} from './trades.ts';

export interface Batch {
  readonly sequence: bigint;
  readonly trades: readonly Trade[];
}

export function batchData({ sequence, trades }: Batch): Buffer {
  return Buffer.concat([u8(1), u64(sequence), u32(trades.length), ...trades.map(tradeBytes)]);
}

export const payloadDigest = (batch: Batch): Buffer => sha256(batchData(batch));

export const resultCodes = (batch: Batch): Buffer => Buffer.from(batch.trades.map(resultCode));

export const resultsDigest = (batch: Batch): Buffer => sha256(resultCodes(batch));

function instruction(data: Buffer): Buffer {
  return Buffer.concat([instructionDiscriminator('settle_batch'), u32(data.length), data]);
}

const edges = namedTrades.map(([, trade]) => trade);

const batches: readonly (readonly [string, Batch])[] = [
  ['no trade', { sequence: 1n, trades: [] }],
  ['one trade', { sequence: 1n, trades: sampleTrades(1n, 1) }],
  ['one void', { sequence: 2n, trades: [voided(sampleTrade(2n))] }],
  ['24 trades', { sequence: 3n, trades: sampleTrades(3n, 24) }],
  ['27 trades', { sequence: 4n, trades: sampleTrades(27n, 27) }],
  [
    'voids first, in the middle and last',
    { sequence: 5n, trades: sampleTrades(54n, 5).map((t, i) => (i % 2 === 0 ? voided(t) : t)) },
  ],
  ['voids alone', { sequence: 6n, trades: sampleTrades(59n, 3).map(voided) }],
  ['sequence at its end', { sequence: U64_MAX, trades: sampleTrades(U64_MAX - 1n, 2) }],
  [
    'every edge of a trade (ids do not follow each other: for codecs, not for the chain)',
    { sequence: 0x0102030405060708n, trades: edges },
  ],
];

export function batchesVectors(): unknown {
  return {
    about:
      'Batch V1. data: the argument of settle_batch, version byte first. payload_digest = sha256(data). codes: one byte a trade if the batch is accepted; results_digest = sha256(codes). instruction: discriminator, u32 length, data.',
    cases: batches.map(([name, batch]) => {
      const data = batchData(batch);
      return {
        name,
        sequence: batch.sequence.toString(),
        trades: batch.trades.map(tradeJson),
        data: data.toString('hex'),
        payload_digest: payloadDigest(batch).toString('hex'),
        codes: resultCodes(batch).toString('hex'),
        results_digest: resultsDigest(batch).toString('hex'),
        instruction: instruction(data).toString('hex'),
      };
    }),
  };
}

type Malformation = {
  name: string;
  error: 'EmptyBatch' | 'InvalidBatchVersion' | 'MalformedBatch';
  why: string;
  data: Buffer;
};

function malformations(): Malformation[] {
  const good = batchData({ sequence: 7n, trades: sampleTrades(1n, 2) });
  const patched = (offset: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(good);
    Buffer.from(bytes).copy(copy, offset);
    return copy;
  };
  const malformed = (name: string, why: string, data: Buffer): Malformation => ({
    name,
    error: 'MalformedBatch',
    why,
    data,
  });
  const version = (byte: number): Malformation => ({
    name: `version byte ${byte}`,
    error: 'InvalidBatchVersion',
    why: 'this release routes version 1 alone',
    data: patched(0, byte),
  });
  return [
    { name: 'nothing', error: 'EmptyBatch', why: 'no version byte', data: Buffer.alloc(0) },
    ...[0, 2, 3, 4, 255].map(version),
    malformed('version byte alone', 'shorter than a header', good.subarray(0, 1)),
    malformed('header without its last byte', 'shorter than a header', good.subarray(0, 12)),
    malformed('last byte missing', 'shorter than its count says', good.subarray(0, -1)),
    malformed('one trade missing', 'shorter than its count says', good.subarray(0, -33)),
    malformed('one byte more', 'trailing byte', Buffer.concat([good, u8(0)])),
    malformed('one trade more', 'trailing bytes that are a whole trade', Buffer.concat([good, good.subarray(13, 46)])),
    malformed('count too high by one', 'count does not match the length', patched(9, 3)),
    malformed('count too low by one', 'count does not match the length', patched(9, 1)),
    malformed('count at its end', 'count times 33 passes 32 bits', patched(9, 255, 255, 255, 255)),
    malformed('bool of 2', 'a bool is 0 or 1', patched(13 + 32, 2)),
    malformed('bool of 255 in the last trade', 'a bool is 0 or 1', patched(13 + 33 + 32, 255)),
  ];
}

export function malformedVectors(): unknown {
  return {
    about:
      'Bytes that are no Batch V1, and the name of the refusal. The refusal is by the bytes alone: the market is open, nothing is paused, the sequence is 7 and trade 1 is next.',
    cases: malformations().map(({ name, error, why, data }) => ({ name, data: data.toString('hex'), error, why })),
  };
}
