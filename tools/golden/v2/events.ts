/** The wire form of TradeEventV2: the fields of V1 under their numbers, order type and fee tier behind them. */
import { field, fieldsOf as fieldsOfV1 } from '../protobuf.ts';
import { namedTrades, sampleTrade, type Trade, tradeJson } from './trades.ts';

const FIELD = { orderType: 7, feeTier: 8 } as const;

const fieldsOf = (trade: Trade): (readonly [number, bigint])[] => [
  ...fieldsOfV1(trade),
  [FIELD.orderType, BigInt(trade.orderType)],
  [FIELD.feeTier, BigInt(trade.feeTier)],
];

const written = (fields: readonly (readonly [number, bigint])[]): Buffer =>
  Buffer.concat(fields.map(([number, value]) => field(number, value)));

const canonical = (trade: Trade): Buffer => written(fieldsOf(trade).filter(([, value]) => value !== 0n));

function otherForms(): { name: string; event: Trade; bytes: Buffer }[] {
  const event = sampleTrade(1_007n);
  const asV1 = { ...event, orderType: 0, feeTier: 0 };
  return [
    { name: 'fields backwards', event, bytes: written(fieldsOf(event).reverse()) },
    { name: 'zeros written out', event: asV1, bytes: written(fieldsOf(asV1)) },
    {
      name: 'an event of version 1 is a limit order in the first tier',
      event: asV1,
      bytes: written(fieldsOfV1(event)),
    },
  ];
}

export function tradeEventsVectors(): unknown {
  const cases = [
    ...[...namedTrades, ['an ordinary trade', sampleTrade(1_007n)] as const].map(([name, event]) => ({
      name,
      event,
      bytes: canonical(event),
      canonical: true,
    })),
    ...otherForms().map((form) => ({ ...form, canonical: false })),
  ];
  return {
    about:
      'lockstep.TradeEventV2. canonical true: an encoder must produce exactly these bytes (fields ascending, zeros left out). canonical false: other bytes that must decode to the event.',
    cases: cases.map(({ name, event, bytes, canonical }) => ({
      name,
      event: tradeJson(event),
      bytes: bytes.toString('hex'),
      canonical,
    })),
    rejected: [
      {
        name: 'cut inside the order type',
        bytes: Buffer.concat([canonical(sampleTrade(1_004n)), Buffer.from([FIELD.orderType << 3, 0x80])]).toString(
          'hex',
        ),
        why: 'the varint has no last byte',
      },
    ],
  };
}
