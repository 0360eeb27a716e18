import { mixed } from '../random.ts';

const FIRST_CAPACITY = 1 << 16;

/**
 * The u64 ids seen so far, 16 to 32 bytes each: a Set of bigint takes several times that and ends at 2^24 entries, fewer than
 * a large trade file has.
 */
export class KnownIds {
  #slots = new BigUint64Array(FIRST_CAPACITY);
  #size = 0;
  /** Zero marks a free slot, so the id 0 is kept apart. */
  #hasZero = false;

  has(id: bigint): boolean {
    return id === 0n ? this.#hasZero : this.#slots[placeOf(this.#slots, id)] === id;
  }

  add(id: bigint): void {
    if (id === 0n) this.#hasZero = true;
    if (this.has(id)) return;
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow();
    this.#slots[placeOf(this.#slots, id)] = id;
    this.#size += 1;
  }

  #grow(): void {
    const wider = new BigUint64Array(this.#slots.length * 2);
    for (const id of this.#slots) if (id !== 0n) wider[placeOf(wider, id)] = id;
    this.#slots = wider;
  }
}

/** The slot that holds `id`, or the free one it belongs in: linear probing from a hash of all bits. */
function placeOf(slots: BigUint64Array, id: bigint): number {
  const low = Number(BigInt.asUintN(32, id));
  const high = Number(BigInt.asUintN(32, id >> 32n));
  const mask = slots.length - 1;
  let place = mixed(low ^ mixed(high)) & mask;
  while (slots[place] !== 0n && slots[place] !== id) place = (place + 1) & mask;
  return place;
}
