import { createHash, randomUUID } from 'node:crypto';
import { toBase58 } from './base58.ts';
import { MIN_SLOTS_KEPT, type NodeLimits } from './limits.ts';

export type Commitment = 'processed' | 'confirmed' | 'finalized';

export interface Block {
  readonly slot: bigint;
  readonly parentSlot: bigint;
  /** Blocks since genesis: grows by one where a warp lets the slot jump. */
  readonly height: bigint;
  readonly blockhash: string;
  readonly previousBlockhash: string;
  /** Seconds since 1970. */
  readonly time: bigint;
  readonly signatures: readonly string[];
}

/** The block that transactions are executed into; it gets its blockhash when it ends. */
export interface OpenBlock {
  readonly slot: bigint;
  readonly parentSlot: bigint;
  readonly height: bigint;
  readonly time: bigint;
  readonly signatures: string[];
}

export interface TimelineOptions {
  readonly finalizedAfterSlots: number;
  readonly limits: NodeLimits;
  /** Seconds since 1970 at which a slot opens. */
  readonly timeOf: (slot: bigint) => bigint;
  /** Makes genesis and blockhashes repeatable; a random one is taken without it. */
  readonly seed?: string | undefined;
}

/**
 * The chain of blocks. The open block is what "processed" means, the last one that ended is "confirmed", and the
 * newest one that lies `finalizedAfterSlots` behind the open slot is "finalized".
 */
export class Timeline {
  readonly genesisHash: string;
  readonly #finalizedAfterSlots: bigint;
  readonly #blocksKept: number;
  readonly #timeOf: (slot: bigint) => bigint;
  /** Ended blocks by slot, oldest first. */
  readonly #blocks = new Map<bigint, Block>();
  /** Ended blocks that are not final yet, oldest first. */
  #pending: Block[] = [];
  #open: OpenBlock;
  #confirmed: Block;
  #finalized: Block;

  /** Two timelines with the same seed produce the same blockhashes. */
  constructor(options: TimelineOptions) {
    this.genesisHash = hashOf('lockstep localnet', options.seed ?? randomUUID());
    this.#finalizedAfterSlots = BigInt(options.finalizedAfterSlots);
    this.#timeOf = options.timeOf;
    this.#blocksKept = Math.max(options.limits.blocks, options.finalizedAfterSlots + MIN_SLOTS_KEPT);
    const genesis: Block = {
      slot: 0n,
      parentSlot: 0n,
      height: 0n,
      blockhash: this.genesisHash,
      previousBlockhash: this.genesisHash,
      time: options.timeOf(0n),
      signatures: [],
    };
    this.#blocks.set(0n, genesis);
    this.#confirmed = genesis;
    this.#finalized = genesis;
    this.#open = { slot: 1n, parentSlot: 0n, height: 1n, time: options.timeOf(1n), signatures: [] };
  }

  get open(): OpenBlock {
    return this.#open;
  }

  get confirmed(): Block {
    return this.#confirmed;
  }

  get finalized(): Block {
    return this.#finalized;
  }

  /** The oldest slot that is still remembered. */
  get firstSlot(): bigint {
    const [first] = this.#blocks.keys();
    return first ?? 0n;
  }

  /** The newest block at a commitment. */
  at(commitment: Commitment): { readonly slot: bigint; readonly height: bigint; readonly time: bigint } {
    if (commitment === 'processed') return this.#open;
    return commitment === 'confirmed' ? this.#confirmed : this.#finalized;
  }

  /** How far a slot has come; a slot above the open one has not come at all. */
  commitmentOf(slot: bigint): Commitment | undefined {
    if (slot <= this.#finalized.slot) return 'finalized';
    if (slot <= this.#confirmed.slot) return 'confirmed';
    return slot <= this.#open.slot ? 'processed' : undefined;
  }

  /** An ended block; undefined when it was skipped, is forgotten, or has not come yet. */
  block(slot: bigint): Block | undefined {
    return this.#blocks.get(slot);
  }

  /** Ends the open block and opens the next one. Answers what that confirmed and what it finalised, in order. */
  advance(nextSlot: bigint): { ended: Block; finalized: readonly Block[] } {
    const { slot, parentSlot, height, time, signatures } = this.#open;
    const previousBlockhash = this.#confirmed.blockhash;
    const blockhash = hashOf(previousBlockhash, slot.toString());
    const ended: Block = { slot, parentSlot, height, blockhash, previousBlockhash, time, signatures };
    this.#blocks.set(slot, ended);
    this.#confirmed = ended;
    this.#open = {
      slot: nextSlot,
      parentSlot: slot,
      height: height + 1n,
      time: this.#timeOf(nextSlot),
      signatures: [],
    };
    this.#pending.push(ended);
    const finalized = this.#finalize();
    this.#forgetOldBlocks();
    return { ended, finalized };
  }

  #finalize(): readonly Block[] {
    const limit = this.#open.slot - this.#finalizedAfterSlots;
    const count = this.#pending.findIndex(({ slot }) => slot > limit);
    const finalized = count === -1 ? this.#pending : this.#pending.slice(0, count);
    this.#pending = count === -1 ? [] : this.#pending.slice(count);
    this.#finalized = finalized.at(-1) ?? this.#finalized;
    return finalized;
  }

  #forgetOldBlocks(): void {
    if (this.#blocks.size <= this.#blocksKept) return;
    this.#blocks.delete(this.firstSlot);
  }
}

function hashOf(...parts: readonly string[]): string {
  return toBase58(createHash('sha256').update(parts.join('\n')).digest());
}
