import type { PublicKey } from '@solana/web3.js';
import { u64le } from './bytes.ts';
import { TREE_DEPTH } from './constants.ts';
import { resultsDigest, sha256 } from './digest.ts';
import { clientError } from './errors.ts';

const LEAF_TAG = Uint8Array.of(0);
const NODE_TAG = Uint8Array.of(1);
const MAX_LEAVES = 2 ** TREE_DEPTH;

const node = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE_TAG, left, right);

/** Root of an empty subtree of each height. */
const zeros: readonly Uint8Array[] = Array.from({ length: TREE_DEPTH }).reduce<Uint8Array[]>(
  (below) => [...below, node(zeroAt(below, below.length - 1), zeroAt(below, below.length - 1))],
  [new Uint8Array(32)],
);

function zeroAt(levels: readonly Uint8Array[], height: number): Uint8Array {
  const zero = levels[height];
  if (zero === undefined) throw new RangeError(`the tree has no height ${height}`);
  return zero;
}

export const emptyRoot = (): Uint8Array => zeroAt(zeros, TREE_DEPTH).slice();

/** The leaf an accepted batch adds. */
export function batchLeaf(batch: {
  program: PublicKey;
  market: PublicKey;
  sequence: bigint;
  version: number;
  payloadDigest: Uint8Array;
  resultsDigest: Uint8Array;
}): Uint8Array {
  return sha256(
    LEAF_TAG,
    batch.program.toBytes(),
    batch.market.toBytes(),
    u64le(batch.sequence),
    Uint8Array.of(batch.version),
    batch.payloadDigest,
    batch.resultsDigest,
  );
}

/** The leaf a ping adds; `sequence` is the market's next one, which a ping does not spend. */
export function pingLeaf(ping: { program: PublicKey; market: PublicKey; sequence: bigint; nonce: bigint }): Uint8Array {
  return batchLeaf({
    program: ping.program,
    market: ping.market,
    sequence: ping.sequence,
    version: 0,
    payloadDigest: sha256(u64le(ping.nonce)),
    resultsDigest: resultsDigest(new Uint8Array()),
  });
}

/** Siblings of a leaf, lowest first. In a tree of version 2 a last node without a sibling goes up as it is: `null`. */
export type LeafPath = readonly (Uint8Array | null)[];

/** Folds a leaf up its path: the root of the only tree that holds this leaf at this index beside these siblings. */
export function rootOfPath(leaf: Uint8Array, index: number, path: LeafPath): Uint8Array {
  let place = index;
  return path.reduce<Uint8Array>((child, sibling) => {
    const isLeft = place % 2 === 0;
    place = Math.floor(place / 2);
    if (sibling === null) return child;
    return isLeft ? node(child, sibling) : node(sibling, child);
  }, leaf);
}

/** A market's state tree of either version, kept off-chain to prove its leaves. */
export interface ProvingTree {
  readonly size: number;
  append(leaf: Uint8Array): void;
  root(): Uint8Array;
  proof(index: number): LeafPath;
}

/** A market's state tree (tree_version 1), kept off-chain to prove its leaves. Stores 2n nodes; an append hashes 32. */
export class StateTree implements ProvingTree {
  readonly #levels: Uint8Array[][] = Array.from({ length: TREE_DEPTH + 1 }, () => []);

  get size(): number {
    return this.#level(0).length;
  }

  /** @throws LockstepError TREE_FULL */
  append(leaf: Uint8Array): void {
    let index = this.size;
    if (index >= MAX_LEAVES) throw clientError('TREE_FULL', 'the state tree has no room for another leaf');
    this.#level(0).push(Uint8Array.from(leaf));
    for (let height = 1; height <= TREE_DEPTH; height += 1) {
      index = Math.floor(index / 2);
      this.#level(height)[index] = node(this.#node(height - 1, index * 2), this.#node(height - 1, index * 2 + 1));
    }
  }

  root(): Uint8Array {
    return this.#node(TREE_DEPTH, 0).slice();
  }

  /**
   * Siblings of the leaf, lowest first.
   * @throws LockstepError LEAF_UNKNOWN
   */
  proof(index: number): Uint8Array[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw clientError('LEAF_UNKNOWN', `the tree has ${this.size} leaves, none of index ${index}`);
    }
    return Array.from({ length: TREE_DEPTH }, (_, height) => {
      const place = Math.floor(index / 2 ** height);
      return this.#node(height, place % 2 === 0 ? place + 1 : place - 1).slice();
    });
  }

  #level(height: number): Uint8Array[] {
    const level = this.#levels[height];
    if (level === undefined) throw new RangeError(`the tree has no height ${height}`);
    return level;
  }

  #node(height: number, index: number): Uint8Array {
    return this.#level(height)[index] ?? zeroAt(zeros, height);
  }
}

/**
 * A market's state tree of version 2, shaped as RFC 6962 has it. Its leaf 0 is the root that came before it, so the tree is made
 * with that root. Stores 2n nodes; an append hashes as many as there are levels.
 */
export class StateTreeV2 implements ProvingTree {
  readonly #levels: Uint8Array[][] = [[]];

  constructor(previousRoot: Uint8Array) {
    this.append(previousRoot);
  }

  get size(): number {
    return this.#level(0).length;
  }

  /** @throws LockstepError TREE_FULL: the chain begins a new tree there, with this one's root as leaf 0 */
  append(leaf: Uint8Array): void {
    let index = this.size;
    if (index >= MAX_LEAVES) throw clientError('TREE_FULL', 'the state tree has no room for another leaf');
    this.#level(0).push(Uint8Array.from(leaf));
    for (let height = 0; this.#level(height).length > 1; height += 1) {
      index = Math.floor(index / 2);
      const left = this.#nodeAt(height, index * 2);
      const right = this.#level(height)[index * 2 + 1];
      if (this.#levels.length === height + 1) this.#levels.push([]);
      this.#level(height + 1)[index] = right === undefined ? left : node(left, right);
    }
  }

  root(): Uint8Array {
    return this.#nodeAt(this.#levels.length - 1, 0).slice();
  }

  /**
   * Siblings of the leaf, lowest first; `null` where a node goes up without one.
   * @throws LockstepError LEAF_UNKNOWN
   */
  proof(index: number): (Uint8Array | null)[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw clientError('LEAF_UNKNOWN', `the tree has ${this.size} leaves, none of index ${index}`);
    }
    return this.#levels.slice(0, -1).map((level, height) => {
      const place = Math.floor(index / 2 ** height);
      return level[place % 2 === 0 ? place + 1 : place - 1]?.slice() ?? null;
    });
  }

  #level(height: number): Uint8Array[] {
    const level = this.#levels[height];
    if (level === undefined) throw new RangeError(`the tree has no height ${height}`);
    return level;
  }

  #nodeAt(height: number, index: number): Uint8Array {
    const found = this.#level(height)[index];
    if (found === undefined) throw new RangeError(`the tree has no node ${index} at height ${height}`);
    return found;
  }
}
