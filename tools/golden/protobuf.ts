/** The wire form of protobuf, as far as TradeEventV1 uses it: varints under ascending field numbers. */
import { U32_MAX, U64_MAX } from './bytes.ts';
import { namedTrades, sampleTrade, type Trade, tradeJson } from './trades.ts';

const FIELD = { tradeId: 1, buyer: 2, seller: 3, price: 4, quantity: 5, takerIsBuyer: 6 } as const;

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

/** Wire type 0 (varint) under a field number. */
export const field = (number: number, value: bigint): Buffer =>
  Buffer.concat([varint(BigInt(number << 3)), varint(value)]);

export const fieldsOf = (trade: Trade): (readonly [number, bigint])[] => [
  [FIELD.tradeId, trade.tradeId],
  [FIELD.buyer, BigInt(trade.buyer)],
  [FIELD.seller, BigInt(trade.seller)],
  [FIELD.price, trade.price],
  [FIELD.quantity, trade.quantity],
  [FIELD.takerIsBuyer, trade.takerIsBuyer ? 1n : 0n],
];

/** proto3's canonical form leaves a zero out. */
const canonical = (trade: Trade): Buffer =>
  Buffer.concat(fieldsOf(trade).flatMap(([number, value]) => (value === 0n ? [] : [field(number, value)])));

const explicit = (trade: Trade): Buffer =>
  Buffer.concat(fieldsOf(trade).map(([number, value]) => field(number, value)));

const backwards = (trade: Trade): Buffer =>
  Buffer.concat(
    fieldsOf(trade)
      .reverse()
      .map(([number, value]) => field(number, value)),
  );

function otherForms(): { name: string; event: Trade; bytes: Buffer }[] {
  const event = sampleTrade(1_000n);
  const zeros: Trade = { tradeId: 0n, buyer: 0, seller: 0, price: 0n, quantity: 0n, takerIsBuyer: false };
  const bytes = canonical(event);
  return [
    { name: 'zeros written out', event: zeros, bytes: explicit(zeros) },
    { name: 'fields backwards', event, bytes: backwards(event) },
    { name: 'a field twice: the last one counts', event, bytes: Buffer.concat([field(FIELD.price, 5n), bytes]) },
    { name: 'an unknown varint', event, bytes: Buffer.concat([bytes, field(15, 7n)]) },
    { name: 'an unknown string', event, bytes: Buffer.concat([Buffer.from([0x82, 0x01, 2, 0x68, 0x69]), bytes]) },
    {
      name: 'an unknown fixed64',
      event,
      bytes: Buffer.concat([Buffer.from([0x89, 0x01, 1, 2, 3, 4, 5, 6, 7, 8]), bytes]),
    },
    {
      name: 'a varint longer than it has to be',
      event: { ...zeros, tradeId: 1n },
      bytes: Buffer.from([FIELD.tradeId << 3, 0x81, 0x80, 0x00]),
    },
  ];
}

function rejected(): { name: string; bytes: Buffer; why: string }[] {
  const bytes = canonical(sampleTrade(1_000n));
  return [
    {
      name: 'cut inside a value',
      bytes: field(FIELD.tradeId, U64_MAX).subarray(0, 4),
      why: 'the varint has no last byte',
    },
    {
      name: 'cut after a tag',
      bytes: Buffer.concat([bytes, Buffer.from([FIELD.quantity << 3])]),
      why: 'a tag without its value',
    },
    {
      name: 'a string that reaches past the end',
      bytes: Buffer.concat([bytes, Buffer.from([0x82, 0x01, 9, 1])]),
      why: '9 bytes are promised, 1 is there',
    },
    {
      name: 'wire type 7',
      bytes: Buffer.concat([bytes, Buffer.from([0x7f, 0])]),
      why: 'protobuf has no such wire type',
    },
  ];
}

const namedEvents: readonly (readonly [string, Trade])[] = [
  ...namedTrades,
  [
    'one-byte and two-byte varints',
    { tradeId: 127n, buyer: 128, seller: 127, price: 16_383n, quantity: 16_384n, takerIsBuyer: true },
  ],
  ['an ordinary trade', sampleTrade(1_000n)],
  ['u32 at its end, five-byte varint', { ...sampleTrade(1_000n), buyer: U32_MAX }],
];

export function tradeEventsVectors(): unknown {
  return {
    about:
      'lockstep.TradeEventV1. canonical true: an encoder must produce exactly these bytes (fields ascending, zeros left out). canonical false: other bytes that must decode to the event. rejected: bytes a decoder must refuse.',
    cases: [
      ...namedEvents.map(([name, event]) => ({
        name,
        event: tradeJson(event),
        bytes: canonical(event).toString('hex'),
        canonical: true,
      })),
      ...otherForms().map(({ name, event, bytes }) => ({
        name,
        event: tradeJson(event),
        bytes: bytes.toString('hex'),
        canonical: false,
      })),
    ],
    rejected: rejected().map(({ name, bytes, why }) => ({ name, bytes: bytes.toString('hex'), why })),
  };
}
