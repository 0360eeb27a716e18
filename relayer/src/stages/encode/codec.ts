import type { Sequence, TradeV1 } from '#client';
import { BatchVersion, encodeBatchV1, payloadDigest, V1_HEADER_BYTES, V1_TRADE_BYTES } from '#client';
import { relayerError } from '../../errors.ts';
import type { PayloadSize } from '../batch/accumulator.ts';

/** One batch version this relayer speaks. The bytes are the client's business. */
export interface BatchCodec extends PayloadSize<TradeV1> {
  readonly version: number;
  encode(sequence: Sequence, trades: readonly TradeV1[]): Uint8Array;
}

const v1: BatchCodec = {
  version: BatchVersion.V1,
  headerBytes: V1_HEADER_BYTES,
  minTradeBytes: V1_TRADE_BYTES,
  sizeOf: () => V1_TRADE_BYTES,
  encode: (sequence, trades) => encodeBatchV1({ sequence, trades }),
};

/** The version new batches are written in. */
export const CURRENT_CODEC = v1;

const spoken: readonly BatchCodec[] = [v1];

/** @throws LockstepError JOURNAL_UNREADABLE for a row written by a relayer that spoke more versions */
export function codecFor(version: number): BatchCodec {
  const codec = spoken.find((candidate) => candidate.version === version);
  if (codec === undefined)
    throw relayerError('JOURNAL_UNREADABLE', `this relayer does not speak batch version ${version}`);
  return codec;
}

/** A batch as it goes on-chain. */
export interface Payload {
  readonly sequence: Sequence;
  readonly data: Uint8Array;
  /** Hex sha256 of `data`. */
  readonly digest: string;
}

export function encodePayload(batch: { version: number; trades: readonly TradeV1[] }, sequence: Sequence): Payload {
  const data = codecFor(batch.version).encode(sequence, batch.trades);
  return { sequence, data, digest: Buffer.from(payloadDigest(data)).toString('hex') };
}
