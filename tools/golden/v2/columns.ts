/** One column of a V2 batch, in each of its encodings: bits as one large number, runs as they are named. */
import { u8 } from '../bytes.ts';
import { varint } from '../protobuf.ts';

export type Encoding = 'plain' | 'packed' | 'runs';

export function plain(values: readonly bigint[]): Buffer {
  const body = Buffer.concat(values.map(varint));
  return Buffer.concat([u8(0), varint(BigInt(body.length)), body]);
}

/** Value i at bit i × width of a number written from its lowest byte on. */
export function packed(values: readonly bigint[], width = widthOf(values)): Buffer {
  const whole = values.reduce((bits, value, i) => bits | (value << BigInt(i * width)), 0n);
  const bytes = Math.ceil((values.length * width) / 8);
  const hex = bytes === 0 ? '' : whole.toString(16).padStart(bytes * 2, '0');
  return Buffer.concat([u8(1), u8(width), Buffer.from(hex, 'hex').reverse()]);
}

const widthOf = (values: readonly bigint[]): number =>
  Math.max(1, ...values.map((value) => (value === 0n ? 0 : value.toString(2).length)));

export function runs(list: readonly (readonly [value: bigint, length: bigint])[]): Buffer {
  const body = Buffer.concat(list.flatMap(([value, length]) => [varint(value), varint(length)]));
  return Buffer.concat([u8(2), varint(BigInt(body.length)), body]);
}

export function runsOf(values: readonly bigint[]): [bigint, bigint][] {
  return values.reduce<[bigint, bigint][]>((list, value, i) => {
    const last = list.at(-1);
    if (i > 0 && last !== undefined && last[0] === value) last[1] += 1n;
    else list.push([value, 1n]);
    return list;
  }, []);
}

/** In one encoding, or in the smallest: among equals plain before packed before runs. */
export function column(values: readonly bigint[], encoding?: Encoding): Buffer {
  const made = { plain: plain(values), packed: packed(values), runs: runs(runsOf(values)) };
  if (encoding !== undefined) return made[encoding];
  const least = Math.min(...Object.values(made).map(({ length }) => length));
  return Object.values(made).find(({ length }) => length === least) ?? made.plain;
}
