/** Blocks that a blockhash stays usable for after its own; Agave's MAX_PROCESSING_AGE. */
export const MAX_BLOCKHASH_AGE = 150n;

/**
 * The blockhashes a transaction may name. A block at height H knows the hashes of the blocks below it; one is usable
 * while at most {@link MAX_BLOCKHASH_AGE} blocks have ended since its own did.
 */
export class BlockhashQueue {
  /** Hash → height of its block, oldest first. */
  readonly #heights = new Map<string, bigint>();
  #last: string;
  #lastHeight: bigint;

  constructor(genesisHash: string) {
    this.#last = genesisHash;
    this.#lastHeight = 0n;
    this.#heights.set(genesisHash, 0n);
  }

  /** The hash of the newest block that has ended. */
  get last(): string {
    return this.#last;
  }

  push(hash: string, height: bigint): void {
    this.#last = hash;
    this.#lastHeight = height;
    this.#heights.set(hash, height);
    for (const [known, knownHeight] of this.#heights) {
      if (height - knownHeight <= MAX_BLOCKHASH_AGE) break;
      this.#heights.delete(known);
    }
  }

  /**
   * Whether the hash can be used as seen by a bank whose newest known block has this height.
   * A bank that lags behind (a finalised one) does not know the hashes that came after it.
   */
  isUsable(hash: string, knownHeight: bigint = this.#lastHeight): boolean {
    const height = this.#heights.get(hash);
    return height !== undefined && height <= knownHeight && knownHeight - height <= MAX_BLOCKHASH_AGE;
  }
}
