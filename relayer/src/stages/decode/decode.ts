import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { TradeV1 } from '#client';
import { baseLots, LockstepError, price, tradeId, traderIndex } from '#client';
import type { IntakeTrade, RejectedTrade } from '../../domain/trade.ts';
import { blankVoid } from '../../domain/trade.ts';
import { adviceFor, relayerError } from '../../errors.ts';
import type { StreamEntry } from '../../ports.ts';

/** Value of field `v` for `lockstep.TradeEventV1`. */
const SCHEMA_V1 = '1';

const PROTO_FILE = fileURLToPath(new URL('../../../../proto/lockstep/trade_v1.proto', import.meta.url));
const eventV1 = protobuf.loadSync(PROTO_FILE).lookupType('lockstep.TradeEventV1');

/**
 * A stream entry as a trade. Bytes that are no trade can never become one: they spend their id as a void, with the reason.
 * A schema not spoken here may be read by a later release, so it stops the lane instead.
 * @throws LockstepError SCHEMA_UNKNOWN
 */
export function decodeEntry(entry: StreamEntry): IntakeTrade {
  if (entry.schema !== undefined && /^\d+$/.test(entry.schema) && entry.schema !== SCHEMA_V1) {
    throw relayerError(
      'SCHEMA_UNKNOWN',
      `trade ${entry.tradeId} has schema ${entry.schema}, spoken here: ${SCHEMA_V1}`,
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

function rejectionOf({ tradeId }: StreamEntry, reason: string, trade?: TradeV1): RejectedTrade {
  const rejection = { tradeId, code: 'TRADE_MALFORMED', reason, advice: adviceFor('TRADE_MALFORMED') };
  return trade === undefined ? rejection : { ...rejection, trade };
}

/** @throws LockstepError TRADE_MALFORMED */
function readTrade(entry: StreamEntry): TradeV1 {
  const { schema, payload } = entry;
  if (schema !== SCHEMA_V1) throw malformed(entry, 'field v is not a schema number');
  if (payload === undefined) throw malformed(entry, 'field p is missing');
  const trade = readEventV1(entry, payload);
  if (trade.tradeId !== entry.tradeId) throw malformed(entry, `the event names trade ${trade.tradeId}`);
  return trade;
}

function readEventV1(entry: StreamEntry, payload: Uint8Array): TradeV1 {
  try {
    const event = eventV1.toObject(eventV1.decode(payload), { longs: String, defaults: true });
    return {
      tradeId: tradeId(event.tradeId),
      buyer: traderIndex(event.buyer),
      seller: traderIndex(event.seller),
      price: price(event.price),
      quantity: baseLots(event.quantity),
      takerIsBuyer: event.takerIsBuyer,
    };
  } catch (error) {
    throw malformed(entry, 'the bytes are no TradeEventV1', error);
  }
}

const malformed = (entry: StreamEntry, why: string, cause?: unknown) =>
  relayerError('TRADE_MALFORMED', `trade ${entry.tradeId}: ${why}`, { cause });
