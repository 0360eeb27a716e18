import type { Sequence } from '#client';
import {
  asV2,
  BatchVersion,
  digestPrefix,
  encodeBatchV1,
  encodeBatchV2,
  payloadDigest,
  SPOKEN_VERSIONS,
  sizeV2,
  V1_HEADER_BYTES,
  V1_TRADE_BYTES,
} from '#client';
import type { Cutting } from '../../domain/control.ts';
import { NO_DIGEST } from '../../domain/cursor.ts';
import type { Trade } from '../../domain/trade.ts';
import { lossy, needsV2 } from '../../domain/trade.ts';
import { relayerError } from '../../errors.ts';
import type { BatchFormat, PayloadSize } from '../batch/accumulator.ts';

/** One batch version this relayer speaks. The bytes are the client's business. */
export interface BatchCodec {
  readonly version: number;
  /** Of a batch without trades. */
  readonly empty: PayloadSize<Trade>;
  /** No trade is smaller, so less room than this means full. */
  readonly minTradeBytes: number;
  /** Whether the version can express the trade. */
  says(trade: Trade): boolean;
  /** Compute units to ask for at least, whatever the simulation took. */
  leastComputeUnits(trades: number): number;
  /** @param lastDigest hex digest of the payload accepted before */
  encode(sequence: Sequence, trades: readonly Trade[], lastDigest: string): Uint8Array;
}

const v1: BatchCodec = {
  version: BatchVersion.V1,
  empty: sizeV1(0),
  minTradeBytes: V1_TRADE_BYTES,
  says: (trade) => !needsV2(trade),
  // All or nothing: it takes what it took in the simulation.
  leastComputeUnits: () => 0,
  encode: (sequence, trades) => encodeBatchV1({ sequence, trades }),
};

function sizeV1(trades: number): PayloadSize<Trade> {
  return { bytes: V1_HEADER_BYTES + trades * V1_TRADE_BYTES, plus: () => sizeV1(trades + 1) };
}

/** A trade that the simulation passed over costs 150, and may settle: 155 measured for those of a market, up to 215 for wide values. */
const V2_TRADE_UNITS = 300;
const V2_BATCH_UNITS = 9_000;

const v2: BatchCodec = {
  version: BatchVersion.V2,
  empty: sizeOfV2(sizeV2),
  // One more in each run takes no byte.
  minTradeBytes: 0,
  says: () => true,
  leastComputeUnits: (trades) => V2_BATCH_UNITS + trades * V2_TRADE_UNITS,
  encode(sequence, trades, lastDigest) {
    const [first] = trades;
    if (first === undefined) throw relayerError('INVARIANT_BROKEN', 'a batch without trades is not encoded here');
    const prevDigestPrefix = digestPrefix(Buffer.from(lastDigest, 'hex'));
    return encodeBatchV2({ sequence, firstTradeId: first.tradeId, prevDigestPrefix, trades: trades.map(asV2) });
  },
};

function sizeOfV2(size: typeof sizeV2): PayloadSize<Trade> {
  return { bytes: size.bytes, plus: (trade) => sizeOfV2(size.plus(asV2(trade))) };
}

/** Highest first. */
const spoken: readonly BatchCodec[] = [v2, v1].filter(({ version }) => SPOKEN_VERSIONS.includes(version));

/** @throws LockstepError JOURNAL_UNREADABLE for a row written by a relayer that spoke more versions */
export function codecFor(version: number): BatchCodec {
  const codec = spoken.find((candidate) => candidate.version === version);
  if (codec === undefined)
    throw relayerError('JOURNAL_UNREADABLE', `this relayer does not speak batch version ${version}`);
  return codec;
}

/**
 * What a batch that begins with this trade is written in: the highest version that may be, is spoken here, and can express it; V1 also
 * where the trade may lose what V1 can't say and no other version will do. Where none is, the plainest that can: the batch waits for it.
 * @throws LockstepError SCHEMA_UNKNOWN for a trade that no version spoken here can express; its schema is refused before
 */
export function formatOf(first: Trade, cutting: Cutting): BatchFormat<Trade> {
  const { version, minTradeBytes, empty, says } = codecOf(first, cutting);
  const mayLose = (trade: Trade) => version === BatchVersion.V1 && trade.tradeId <= cutting.asV1To;
  const as = (trade: Trade) => {
    if (says(trade)) return trade;
    return mayLose(trade) ? lossy(trade) : undefined;
  };
  return { version, minTradeBytes, empty, as };
}

function codecOf(trade: Trade, { versions, asV1To }: Cutting): BatchCodec {
  const able = spoken.filter((codec) => codec.says(trade));
  const mayBe = ({ version }: BatchCodec) => versions.includes(version);
  const losing = trade.tradeId <= asV1To && mayBe(v1) ? v1 : undefined;
  const codec = able.find(mayBe) ?? losing ?? able.at(-1);
  if (codec === undefined) {
    throw relayerError('SCHEMA_UNKNOWN', `trade ${trade.tradeId} needs a batch version that is not spoken here`);
  }
  return codec;
}

/** A batch as it goes on-chain. */
export interface Payload {
  readonly sequence: Sequence;
  readonly data: Uint8Array;
  /** Hex sha256 of `data`. */
  readonly digest: string;
}

/** @param lastDigest hex digest of the payload accepted before; V1 does not name it */
export function encodePayload(
  batch: { readonly version: number; readonly trades: readonly Trade[] },
  sequence: Sequence,
  lastDigest: string = NO_DIGEST,
): Payload {
  const data = codecFor(batch.version).encode(sequence, batch.trades, lastDigest);
  return { sequence, data, digest: Buffer.from(payloadDigest(data)).toString('hex') };
}
