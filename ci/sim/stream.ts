import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import protobuf from 'protobufjs';
import type { OrderTypeCode, TradeV2 } from '#client';
import { baseLots, price, tradeId } from '#client';
import { generationKey, tradeStreamKey } from '#feeder';
import type { Reason } from '#gate/can-ship';
import { reason } from './reason.ts';

/** One trade as the engine wrote it. */
export interface Entry {
  readonly schema: 1 | 2;
  readonly trade: TradeV2;
  /** All that its id must mean for ever. */
  readonly written: string;
}

/** A reader of the trade stream that shares nothing with the relayer's. */
export interface TradeStream {
  /** In the order of ids, from 1. */
  entries(): readonly Entry[];
  /** What the engine wrote that docs/reference/engine.md does not allow. */
  faults(): readonly Reason[];
  /** Returns when everything that is in the stream now was read. */
  untilRead(): Promise<void>;
  close(): Promise<void>;
}

const PAUSE_MS = 20;
const READ_AT_ONCE = 1_000;
/** One fault makes many; the first ones tell. */
const MAX_FAULTS = 5;

const EVENTS: ReadonlyMap<string, { readonly schema: 1 | 2; readonly type: protobuf.Type }> = new Map([
  ['1', { schema: 1, type: eventOf('trade_v1', 'TradeEventV1') }],
  ['2', { schema: 2, type: eventOf('trade_v2', 'TradeEventV2') }],
]);

function eventOf(file: string, name: string): protobuf.Type {
  const path = fileURLToPath(new URL(`../../proto/lockstep/${file}.proto`, import.meta.url));
  return protobuf.loadSync(path).lookupType(`lockstep.${name}`);
}

/** Reads on until it is closed: what is final is trimmed by the relayer, long after it was written. */
export function openStream(redisUrl: string, market: string): TradeStream {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const entries: Entry[] = [];
  const faults: Reason[] = [];
  const cursors = new Map<string, string>();
  let closed = false;

  const take = (id: string, fields: readonly Buffer[]) => {
    if (faults.length >= MAX_FAULTS) return;
    const known = entries[Number(id.split('-')[0]) - 1];
    const read = readEntry(id, fields);
    if ('code' in read) {
      faults.push(read);
    } else if (known !== undefined) {
      if (known.written !== read.written) faults.push(changed(id));
    } else if (id !== `${entries.length + 1}-0`) {
      faults.push(gap(id, entries.length));
    } else {
      entries.push(read);
    }
  };
  const look = async (): Promise<boolean> => {
    const generation = await redis.get(generationKey(market));
    if (generation === null || !/^\d+$/.test(generation)) return false;
    const key = tradeStreamKey(market, BigInt(generation));
    const read = await redis.xrangeBuffer(key, `(${cursors.get(key) ?? '0-0'}`, '+', 'COUNT', READ_AT_ONCE);
    for (const [id, fields] of read) {
      cursors.set(key, id.toString());
      take(id.toString(), fields);
    }
    return read.length > 0;
  };
  let dryLooks = 0;
  const run = async () => {
    while (!closed) {
      const more = await look().catch(() => true);
      dryLooks += more ? 0 : 1;
      if (!more) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const running = run();
  return {
    entries: () => entries,
    faults: () => faults,
    async untilRead() {
      // The first of them may have begun before.
      for (const due = dryLooks + 2; dryLooks < due; ) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    },
    async close() {
      closed = true;
      await running;
      redis.disconnect();
    },
  };
}

function readEntry(id: string, fields: readonly Buffer[]): Entry | Reason {
  const field = (name: string) => fields[fields.findIndex((each, at) => at % 2 === 0 && each.toString() === name) + 1];
  const [v, p] = [field('v')?.toString() ?? '', field('p')];
  const event = EVENTS.get(v);
  if (event === undefined) return malformed(id, `schema ${JSON.stringify(v)} is none`);
  if (p === undefined) return malformed(id, 'it has no field p');
  try {
    const trade = tradeIn(event.type, p);
    if (`${trade.tradeId}-0` !== id) return malformed(id, `its bytes are of trade ${trade.tradeId}`);
    return { schema: event.schema, trade, written: `${v} ${p.toString('hex')} ${field('r')?.toString() ?? ''}` };
  } catch (error) {
    return malformed(id, error instanceof Error ? error.message : String(error));
  }
}

function tradeIn(type: protobuf.Type, bytes: Buffer): TradeV2 {
  const event: Record<string, unknown> = type.toObject(type.decode(bytes), { longs: String, defaults: true });
  const whole = (name: string) => BigInt(String(event[name] ?? 0));
  return {
    tradeId: tradeId(whole('tradeId')),
    buyer: Number(event.buyer),
    seller: Number(event.seller),
    price: price(whole('price')),
    quantity: baseLots(whole('quantity')),
    takerIsBuyer: event.takerIsBuyer === true,
    orderType: Number(event.orderType ?? 0) as OrderTypeCode,
    feeTier: Number(event.feeTier ?? 0),
  };
}

const malformed = (id: string, why: string): Reason =>
  reason('ENTRY_MALFORMED', `entry ${id} of the stream is no trade: ${why}`, 'docs/reference/engine.md, "Trades".');

const gap = (id: string, last: number): Reason =>
  reason(
    'ID_SKIPPED',
    `the engine wrote entry ${id} after trade ${last}`,
    'Ids have no gaps: docs/reference/engine.md, "Ids".',
  );

const changed = (id: string): Reason =>
  reason(
    'BYTES_CHANGED',
    `entry ${id} was written again with other bytes`,
    'What an id means never changes: docs/reference/engine.md, "Ids" and "Replay".',
  );
