import type { TransactionErrorJson } from './errors.ts';

/** Blocks for which a signature is remembered without searching the history; Agave's status cache has as many. */
export const STATUS_CACHE_BLOCKS = 300n;

export interface SignatureStatus {
  readonly slot: bigint;
  readonly height: bigint;
  readonly err: TransactionErrorJson | null;
}

/**
 * Which transactions have been executed lately: it answers status queries and refuses replays. It outlives every
 * usable blockhash, so a transaction that was executed once can never be executed again.
 */
export class StatusCache {
  readonly #bySignature = new Map<string, SignatureStatus>();
  readonly #byHeight = new Map<bigint, string[]>();

  get size(): number {
    return this.#bySignature.size;
  }

  get(signature: string): SignatureStatus | undefined {
    return this.#bySignature.get(signature);
  }

  add(signature: string, status: SignatureStatus): void {
    this.#bySignature.set(signature, status);
    const sameBlock = this.#byHeight.get(status.height);
    if (sameBlock === undefined) this.#byHeight.set(status.height, [signature]);
    else sameBlock.push(signature);
  }

  /** Call once for each block that opens. */
  forgetOlderThan(openHeight: bigint): void {
    for (const [height, signatures] of this.#byHeight) {
      if (openHeight - height <= STATUS_CACHE_BLOCKS) return;
      for (const signature of signatures) this.#bySignature.delete(signature);
      this.#byHeight.delete(height);
    }
  }
}
