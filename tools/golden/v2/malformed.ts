/** Bytes that are no batch of version 2, each wrong in one way unless its name says otherwise. */
import { u8 } from '../bytes.ts';
import { varint } from '../protobuf.ts';
import { columns, header } from './batches.ts';
import { packed, plain, runs } from './columns.ts';
import { sampleTrades } from './trades.ts';

const NAMES = ['buyer', 'seller', 'price', 'quantity', 'flags'] as const;
type Name = (typeof NAMES)[number];

const COUNT = 3;
const trades = sampleTrades(1n, COUNT);
/** The state the bytes are meant for is a fresh market's. */
const fresh = { sequence: 1n, firstTradeId: 1n, prevDigestPrefix: 0n };
const head = header(fresh, COUNT);
const good = columns(trades);
const whole = Buffer.concat([head, ...good]);
const firstPrice = varint(trades[0]?.price ?? 0n);

/** A good batch with some columns replaced. */
const withColumns = (changed: Partial<Record<Name, Buffer>>): Buffer =>
  Buffer.concat([head, ...NAMES.map((name, i) => changed[name] ?? good[i] ?? Buffer.alloc(0))]);

const price = (steps: Buffer): Buffer => Buffer.concat([firstPrice, steps]);
const raw = (...bytes: number[]): Buffer => Buffer.from(bytes);
const framed = (encoding: number, ...body: number[]): Buffer => raw(encoding, body.length, ...body);
const repeated = (byte: number, count: number): number[] => Array<number>(count).fill(byte);

type Case = readonly [name: string, error: string, data: Buffer];

const truncated: Case[] = [
  ['version byte alone', 'MalformedBatch', raw(2)],
  ['header without its last byte', 'MalformedBatch', head.subarray(0, -1)],
  ['header alone', 'ColumnTruncated', head],
  ['last byte missing', 'ColumnTruncated', whole.subarray(0, -1)],
  ['last column missing', 'ColumnTruncated', Buffer.concat([head, ...good.slice(0, -1)])],
  ['encoding without a length', 'ColumnTruncated', Buffer.concat([head, raw(0)])],
  ['encoding without a width', 'ColumnTruncated', Buffer.concat([head, raw(1)])],
  ['length without its last byte', 'ColumnTruncated', Buffer.concat([head, raw(0, 0x80)])],
  ['length past the payload', 'ColumnTruncated', Buffer.concat([head, raw(0, 3, 1, 1)])],
  ['length of 2^63', 'ColumnTruncated', Buffer.concat([head, raw(2, ...repeated(0x80, 9), 1)])],
  ['packed bits past the payload', 'ColumnTruncated', Buffer.concat([head, raw(1, 32, ...repeated(0, 11))])],
  ['first price without its last byte', 'ColumnTruncated', Buffer.concat([head, ...good.slice(0, 2), raw(0x80)])],
  ['an integer cut by the end of its column', 'ColumnTruncated', withColumns({ buyer: framed(0, 1, 1, 0x80) })],
  ['a run cut by the end of its column', 'ColumnTruncated', withColumns({ buyer: framed(2, 1) })],
];

const encodings: Case[] = [
  ...NAMES.map((name): Case => {
    const wrong = raw(3, 0);
    return [
      `encoding 3 of ${name}`,
      'UnknownEncoding',
      withColumns({ [name]: name === 'price' ? price(wrong) : wrong }),
    ];
  }),
  ['encoding 255', 'UnknownEncoding', withColumns({ buyer: raw(255, 0) })],
  ['width 0', 'UnknownEncoding', withColumns({ buyer: raw(1, 0) })],
  ['an index of 33 bits', 'UnknownEncoding', withColumns({ seller: packed([1n, 2n, 3n], 33) })],
  ['flags of 7 bits', 'UnknownEncoding', withColumns({ flags: packed([1n, 2n, 3n], 7) })],
  ['a quantity of 65 bits', 'UnknownEncoding', withColumns({ quantity: packed([1n, 2n, 3n], 65) })],
  ['width 255', 'UnknownEncoding', withColumns({ quantity: packed([1n, 2n, 3n], 255) })],
];

const overlong: Case[] = [
  ['a zero of two bytes', 'OverlongInteger', withColumns({ quantity: framed(0, 1, 1, 0x80, 0) })],
  ['a length of two bytes', 'OverlongInteger', withColumns({ quantity: raw(0, 0x83, 0, 1, 1, 1) })],
  ['a first price of two bytes', 'OverlongInteger', Buffer.concat([head, ...good.slice(0, 2), raw(0x81, 0)])],
  ['a run of two bytes', 'OverlongInteger', withColumns({ quantity: framed(2, 5, 0x83, 0) })],
  ['65 bits', 'OverlongInteger', withColumns({ quantity: framed(0, 1, 1, ...repeated(0xff, 9), 2) })],
  ['eleven bytes', 'OverlongInteger', withColumns({ quantity: framed(0, 1, 1, ...repeated(0xff, 10), 1) })],
  [
    'ten bytes that end in zero',
    'OverlongInteger',
    withColumns({ quantity: framed(0, 1, 1, ...repeated(0x80, 9), 0) }),
  ],
];

const counts: Case[] = [
  ['a value missing', 'ColumnCountMismatch', withColumns({ buyer: plain([1n, 2n]) })],
  ['no value at all', 'ColumnCountMismatch', withColumns({ buyer: raw(0, 0) })],
  ['a value more', 'ColumnCountMismatch', withColumns({ buyer: plain([1n, 2n, 3n, 4n]) })],
  ['a step more', 'ColumnCountMismatch', withColumns({ price: price(plain([1n, 2n, 3n])) })],
  ['runs that end early', 'ColumnCountMismatch', withColumns({ seller: runs([[1n, 2n]]) })],
  ['a run past the end', 'ColumnCountMismatch', withColumns({ seller: runs([[1n, 4n]]) })],
  ['a run of 2^64 - 1', 'ColumnCountMismatch', withColumns({ seller: runs([[1n, 2n ** 64n - 1n]]) })],
  [
    'a run of none',
    'ColumnCountMismatch',
    withColumns({
      seller: runs([
        [1n, 0n],
        [1n, 3n],
      ]),
    }),
  ],
  [
    'a run behind the last one',
    'ColumnCountMismatch',
    withColumns({
      seller: runs([
        [1n, 3n],
        [2n, 1n],
      ]),
    }),
  ],
  ['no run at all', 'ColumnCountMismatch', withColumns({ seller: raw(2, 0) })],
];

const values: Case[] = [
  ['an index of 2^32', 'ColumnValueOutOfRange', withColumns({ buyer: plain([1n, 2n ** 32n, 1n]) })],
  ['an index of 2^32 in a run', 'ColumnValueOutOfRange', withColumns({ seller: runs([[2n ** 32n, 3n]]) })],
  ['flags of 64', 'ColumnValueOutOfRange', withColumns({ flags: plain([1n, 1n, 64n]) })],
  ['the first spare bit', 'SpareBitsSet', withColumns({ buyer: raw(1, 2, 0b0100_0000) })],
  ['the last spare bit', 'SpareBitsSet', withColumns({ flags: raw(1, 6, 0, 0, 0b1000_0000) })],
];

const trailing: Case[] = [
  ['one byte more', 'TrailingBytes', Buffer.concat([whole, u8(0)])],
  ['a column more', 'TrailingBytes', Buffer.concat([whole, good[4] ?? u8(0)])],
  ['columns of no trade', 'TrailingBytes', Buffer.concat([header(fresh, 0), plain([])])],
];

const several: Case[] = [
  ['1,025 trades', 'TooManyTrades', Buffer.concat([header(fresh, 1025), ...good])],
  ['65,535 trades and nothing else', 'TooManyTrades', header(fresh, 65_535)],
  [
    'a value of the first column and the frame of the last: frames come first',
    'UnknownEncoding',
    withColumns({ buyer: plain([2n ** 32n, 1n, 1n]), flags: raw(9, 0) }),
  ],
  [
    'values of the first and the last column: the first one counts',
    'ColumnCountMismatch',
    withColumns({ buyer: plain([1n, 1n]), flags: plain([1n, 1n, 64n]) }),
  ],
  [
    'the last value of a column and the first of the next: columns are read one by one',
    'ColumnCountMismatch',
    withColumns({ buyer: plain([1n, 1n, 1n, 1n]), seller: plain([2n ** 32n, 1n, 1n]) }),
  ],
  [
    'two faults in one column: the first one counts',
    'ColumnValueOutOfRange',
    withColumns({ buyer: framed(0, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x80) }),
  ],
  [
    'a value and a run of none: the value comes first',
    'ColumnValueOutOfRange',
    withColumns({ flags: runs([[64n, 0n]]) }),
  ],
];

export function malformedVectors(): unknown {
  const all = [...truncated, ...encodings, ...overlong, ...counts, ...values, ...trailing, ...several];
  return {
    about:
      'Bytes that are no Batch V2, and the name of the refusal. The refusal is by the bytes alone: the market is fresh (sequence 1, first trade 1, no payload before), V2 is allowed, nothing is paused.',
    cases: all.map(([name, error, data]) => ({ name, data: data.toString('hex'), error })),
  };
}
