import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { OrderTypeCode } from '#client';
import { baseLots, LockstepError, OrderType, price, SPOKEN_VERSIONS, tradeId, traderIndex } from '#client';
import type { IntakeTrade, RejectedTrade, Trade } from '../../domain/trade.ts';
import { blankVoid, plainest } from '../../domain/trade.ts';
import { adviceFor, relayerError } from '../../errors.ts';
import type { StreamEntry } from '../../ports.ts';

/** By value of field `v`, the message that `p` is. */
const EVENTS: ReadonlyMap<string, protobuf.Type> = new Map(
  [...SPOKEN_VERSIONS].reverse().map((version) => [`${version}`, eventOf(version)]),
);

function eventOf(version: number): protobuf.Type {
  const path = fileURLToPath(new URL(`../../../../proto/lockstep/trade_v${version}.proto`, import.meta.url));
  return protobuf.loadSync(path).lookupType(`lockstep.TradeEventV${version}`);
}

const ORDER_TYPE_MAX = 7;
const FEE_TIER_MAX = 3;

/**
 * A stream entry as a trade. Bytes that are no trade can never become one: they spend their id as a void, with the reason.
 * A schema not spoken here may be read by a later release, so it stops the lane instead.
 * @throws LockstepError SCHEMA_UNKNOWN
 */
export function decodeEntry(entry: StreamEntry): IntakeTrade {
  if (entry.schema !== undefined && /^\d+$/.test(entry.schema) && !EVENTS.has(entry.schema)) {
    throw relayerError(
      'SCHEMA_UNKNOWN',
      `trade ${entry.tradeId} has schema ${entry.schema}, spoken here: ${[...EVENTS.keys()].join(', ')}`,
    );
  }
  try {
    const trade = readTrade(entry);
    return trade.quantity > 0n ? { trade } : { trade, rejection: rejectionOf(entry, VOIDED_BY_ENGINE, trade) };
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'TRADE_MALFORMED') throw error;
    return { trade: blankVoid(entry.tradeId), rejection: rejectionOf(entry, error.message) };
  }
}

const VOIDED_BY_ENGINE = 'the engine wrote quantity 0, which voids the id';

/** Of bytes that are no trade: many times a trade's length, and a page of nonsense at most. */
const MAX_RAW_BYTES = 512;

function rejectionOf({ tradeId, payload }: StreamEntry, reason: string, trade?: Trade): RejectedTrade {
  const rejection = { tradeId, code: 'TRADE_MALFORMED', reason, advice: adviceFor('TRADE_MALFORMED') };
  if (trade !== undefined) return { ...rejection, trade };
  if (payload === undefined) return rejection;
  const hex = Buffer.from(payload.subarray(0, MAX_RAW_BYTES)).toString('hex');
  return { ...rejection, raw: { hex, bytes: payload.length } };
}

/** @throws LockstepError TRADE_MALFORMED */
function readTrade(entry: StreamEntry): Trade {
  const { schema, payload } = entry;
  const event = schema === undefined ? undefined : EVENTS.get(schema);
  if (event === undefined) throw malformed(entry, 'field v is not a schema number');
  if (payload === undefined) throw malformed(entry, 'field p is missing');
  const trade = readEvent(entry, event, payload);
  if (trade.tradeId !== entry.tradeId) throw malformed(entry, `the event names trade ${trade.tradeId}`);
  return trade;
}

/** What schema 1 does not have is what it means by its trades: a limit order in the first fee tier. */
function readEvent(entry: StreamEntry, type: protobuf.Type, payload: Uint8Array): Trade {
  try {
    const event = type.toObject(type.decode(payload), { longs: String, defaults: true });
    return plainest({
      tradeId: tradeId(event.tradeId),
      buyer: traderIndex(event.buyer),
      seller: traderIndex(event.seller),
      price: price(event.price),
      quantity: baseLots(event.quantity),
      takerIsBuyer: event.takerIsBuyer,
      orderType: upTo(ORDER_TYPE_MAX, event.orderType ?? OrderType.Limit) as OrderTypeCode,
      feeTier: upTo(FEE_TIER_MAX, event.feeTier ?? 0),
    });
  } catch (error) {
    throw malformed(entry, `the bytes are no ${type.name}`, error);
  }
}

function upTo(most: number, value: number): number {
  if (value <= most) return value;
  throw new RangeError(`${value} is above ${most}`);
}

const malformed = (entry: StreamEntry, why: string, cause?: unknown) =>
  relayerError('TRADE_MALFORMED', `trade ${entry.tradeId}: ${why}`, { cause });
