import { configAddress, fieldOffsets, marketSpace } from '#client';
import type { World } from './world.ts';
import { keys } from './world.ts';

const DISCRIMINATOR_BYTES = 8;

function offsetOf(struct: string, field: string): number {
  const offset = fieldOffsets(struct).get(field);
  if (offset === undefined) throw new RangeError(`${struct} has no field ${field}`);
  return offset;
}

export function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

/** Overwrites a field of the market's header, by the IDL's name; the only way to states that take 2^32 batches. */
export function patchHeader(world: World, field: string, bytes: Uint8Array): void {
  world.chain.patch(keys.market.publicKey, DISCRIMINATOR_BYTES + offsetOf('MarketHeader', field), bytes);
}

export function patchEntry(world: World, index: number, field: string, bytes: Uint8Array): void {
  world.chain.patch(keys.market.publicKey, marketSpace(index) + offsetOf('TraderEntry', field), bytes);
}

export function patchConfig(world: World, field: string, bytes: Uint8Array): void {
  world.chain.patch(configAddress(keys.programId), DISCRIMINATOR_BYTES + offsetOf('GlobalConfig', field), bytes);
}
