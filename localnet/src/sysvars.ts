/** Keeps the sysvars that follow the clock. */
import { fromBase58 } from './base58.ts';
import type { Svm } from './svm.ts';
import { SLOT_HASHES_SYSVAR, SYSVAR_OWNER } from './well-known.ts';

/** As on clusters without warm-up, solana-test-validator's default among them. */
export const SLOTS_PER_EPOCH = 432_000n;

const MAX_SLOT_HASHES = 512;
const SLOT_HASH_BYTES = 40;
const COUNT_BYTES = 8;

export class Sysvars {
  readonly #svm: Svm;
  readonly #slotHashes = new Uint8Array(COUNT_BYTES + MAX_SLOT_HASHES * SLOT_HASH_BYTES);
  #slotHashCount = 0;
  #epoch = 0n;
  #epochStartTime: bigint;

  constructor(svm: Svm, genesisTime: bigint) {
    this.#svm = svm;
    this.#epochStartTime = genesisTime;
    svm.setEpochSchedule(SLOTS_PER_EPOCH);
  }

  /** Call when a slot opens. `time` is in seconds since 1970. */
  openSlot(slot: bigint, time: bigint): void {
    const epoch = slot / SLOTS_PER_EPOCH;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#epochStartTime = time;
    }
    this.#svm.setClock(slot, epoch, this.#epochStartTime, time);
  }

  /** Call when a slot has ended. Lookup tables are created against, and deactivated by, this list. */
  addSlotHash(slot: bigint, hash: string): void {
    this.#slotHashes.copyWithin(COUNT_BYTES + SLOT_HASH_BYTES, COUNT_BYTES, this.#slotHashes.length - SLOT_HASH_BYTES);
    this.#slotHashCount = Math.min(this.#slotHashCount + 1, MAX_SLOT_HASHES);
    const view = new DataView(this.#slotHashes.buffer);
    view.setBigUint64(0, BigInt(this.#slotHashCount), true);
    view.setBigUint64(COUNT_BYTES, slot, true);
    this.#slotHashes.set(fromBase58(hash), COUNT_BYTES + 8);
    this.#svm.setAccount(SLOT_HASHES_SYSVAR, {
      lamports: 1n,
      owner: SYSVAR_OWNER,
      executable: false,
      data: this.#slotHashes,
    });
  }
}
