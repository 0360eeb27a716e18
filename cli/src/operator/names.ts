import { InvalidArgumentError } from 'commander';
import { FeatureFlag } from '#client';

/** How the config's values are called by people, and read back. */

const VERSION_BITS = 8;

/** Bit n stands for batch version n + 1. */
export const versionNames = (bits: number): string[] =>
  Array.from({ length: VERSION_BITS }, (_, bit) => bit)
    .filter((bit) => (bits & (1 << bit)) !== 0)
    .map((bit) => `V${bit + 1}`);

/** `V1+V2` */
export const versionsText = (bits: number): string => versionNames(bits).join('+') || 'none';

/** Reads `V1+V2`, `v1,v2`. Whether a program routes a version is for the program to say. */
export function versions(text: string): number {
  const names = text.split(/[+,]/);
  if (!names.every((name) => /^v[1-8]$/i.test(name))) {
    throw new InvalidArgumentError('It must be batch versions joined by +, as in V1, V2 or V1+V2.');
  }
  return names.reduce((bits, name) => bits | (1 << (Number(name.slice(1)) - 1)), 0);
}

const FLAG_BITS = 64;
const flagBits = new Map<string, bigint>(Object.entries(FeatureFlag));

/** A flag without a name is called by its bit: `bit5`. */
export function flagNames(flags: bigint): string[] {
  const named = [...flagBits].filter(([, bit]) => (flags & bit) !== 0n);
  const rest = named.reduce((left, [, bit]) => left & ~bit, flags);
  const unnamed = Array.from({ length: FLAG_BITS }, (_, bit) => bit).filter(
    (bit) => (rest & (1n << BigInt(bit))) !== 0n,
  );
  return [...named.map(([name]) => name), ...unnamed.map((bit) => `bit${bit}`)];
}

export const flagsText = (flags: bigint): string => flagNames(flags).join(' ') || 'none';

/** Flags to turn on and to turn off. */
export interface FlagEdit {
  readonly on: bigint;
  readonly off: bigint;
}

/** Reads `+NAME`, `-NAME`, `+bit5`; several joined by commas. */
export function flagEdit(text: string, before: FlagEdit = { on: 0n, off: 0n }): FlagEdit {
  let { on, off } = before;
  for (const one of text.split(',')) {
    const [, sign, name = ''] = /^([+-])(\w+)$/.exec(one) ?? [];
    const bit = flagBits.get(name) ?? numberedBit(name);
    if (sign === undefined || bit === undefined) {
      const known = [...flagBits.keys()].join(', ');
      throw new InvalidArgumentError(`"${one}" must be +NAME or -NAME; names: ${known}, bit0 to bit63.`);
    }
    if (sign === '+') on |= bit;
    else off |= bit;
    if ((on & off) !== 0n) throw new InvalidArgumentError(`${name} is to be turned both on and off.`);
  }
  return { on, off };
}

export const edited = (flags: bigint, { on, off }: FlagEdit): bigint => (flags | on) & ~off;

function numberedBit(name: string): bigint | undefined {
  const bit = /^bit(\d{1,2})$/.exec(name)?.[1];
  return bit === undefined || Number(bit) >= FLAG_BITS ? undefined : 1n << BigInt(bit);
}

const BPS_PER_PERCENT = 100;

/** `10 bps (0.10 %)` */
export const bpsText = (bps: number): string => `${bps} bps (${(bps / BPS_PER_PERCENT).toFixed(2)} %)`;
