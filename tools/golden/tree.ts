/**
 * The state tree computed the slow, obvious way: every level is the list of its nodes, the missing ones are the zero of
 * their level. The program keeps a frontier instead; both must name the same root.
 */

import { type Batch, payloadDigest, resultsDigest } from './batches.ts';
import { sha256, u8, u32, u64 } from './bytes.ts';
import { sampleTrade, sampleTrades, voided } from './trades.ts';

const DEPTH = 32;
const PROGRAM = Buffer.alloc(32, 0x11);
const MARKET = Buffer.alloc(32, 0x22);

const node = (left: Uint8Array, right: Uint8Array): Buffer => sha256(u8(1), left, right);

/** zero[0] is 32 zero bytes, zero[i + 1] the node of two zero[i]. */
function zeros(): Buffer[] {
  const list: Buffer[] = [Buffer.alloc(32)];
  for (const zero of list) {
    if (list.length > DEPTH) break;
    list.push(node(zero, zero));
  }
  return list;
}

interface LeafParts {
  readonly sequence: bigint;
  readonly version: number;
  readonly payloadDigest: Buffer;
  readonly resultsDigest: Buffer;
}

function leafHash(leaf: LeafParts): Buffer {
  return sha256(u8(0), PROGRAM, MARKET, u64(leaf.sequence), u8(leaf.version), leaf.payloadDigest, leaf.resultsDigest);
}

type NamedLeaf = LeafParts & { readonly name: string; readonly nonce?: bigint };

const batchLeaf = (name: string, batch: Batch): NamedLeaf => ({
  name,
  sequence: batch.sequence,
  version: 1,
  payloadDigest: payloadDigest(batch),
  resultsDigest: resultsDigest(batch),
});

/** A ping names the sequence that comes next, and leaves it. */
const pingLeaf = (name: string, sequence: bigint, nonce: bigint): NamedLeaf => ({
  name,
  sequence,
  version: 0,
  payloadDigest: sha256(u64(nonce)),
  resultsDigest: sha256(),
  nonce,
});

const leaves: readonly NamedLeaf[] = [
  batchLeaf('one trade', { sequence: 1n, trades: sampleTrades(1n, 1) }),
  batchLeaf('no trade', { sequence: 2n, trades: [] }),
  pingLeaf('ping before sequence 3', 3n, 42n),
  batchLeaf('one void', { sequence: 3n, trades: [voided(sampleTrade(2n))] }),
  batchLeaf('27 trades', { sequence: 4n, trades: sampleTrades(3n, 27) }),
  pingLeaf('ping before sequence 5', 5n, 0n),
  pingLeaf('a second ping before sequence 5', 5n, 2n ** 64n - 1n),
  batchLeaf('24 trades', { sequence: 5n, trades: sampleTrades(30n, 24) }),
  batchLeaf('two trades, the second void', { sequence: 6n, trades: [sampleTrade(54n), voided(sampleTrade(55n))] }),
];

/** levels[0] holds the leaves, levels[32] the root alone. */
function levelsOf(hashes: readonly Buffer[], zero: readonly Buffer[]): Buffer[][] {
  const levels: Buffer[][] = [[...hashes]];
  for (let level = 0; level < DEPTH; level += 1) {
    const below = levels[level] ?? [];
    const padding = zeroAt(zero, level);
    const above: Buffer[] = [];
    for (let i = 0; i < Math.max(below.length, 1); i += 2) {
      above.push(node(below[i] ?? padding, below[i + 1] ?? padding));
    }
    levels.push(above);
  }
  return levels;
}

function zeroAt(zero: readonly Buffer[], level: number): Buffer {
  const found = zero[level];
  if (found === undefined) throw new RangeError(`no level ${level} in a tree of depth ${DEPTH}`);
  return found;
}

function pathOf(levels: readonly (readonly Buffer[])[], index: number, zero: readonly Buffer[]): Buffer[] {
  return Array.from({ length: DEPTH }, (_, level) => {
    const sibling = Math.floor(index / 2 ** level) ^ 1;
    return levels[level]?.[sibling] ?? zeroAt(zero, level);
  });
}

/** The very last append: every bit of the index is 1, so each level's left sibling comes from the frontier. */
function fullTree(): Record<string, unknown> {
  const frontier = Array.from({ length: DEPTH }, (_, level) => sha256(Buffer.from('frontier'), u32(level)));
  const leaf = sha256(Buffer.from('the last leaf'));
  return {
    leaf_count: (2n ** 32n - 1n).toString(),
    frontier: frontier.map(hex),
    leaf: hex(leaf),
    root: hex(frontier.reduce((right, left) => node(left, right), leaf)),
  };
}

const hex = (bytes: Buffer): string => bytes.toString('hex');

export function treeVectors(): unknown {
  const zero = zeros();
  const hashes = leaves.map(leafHash);
  const levels = Array.from({ length: leaves.length + 1 }, (_, n) => levelsOf(hashes.slice(0, n), zero));
  const roots = levels.map((l) => hex(l[DEPTH]?.[0] ?? Buffer.alloc(0)));
  return {
    about:
      'State tree, tree_version 1. roots: after 0, 1, 2 … appends of the leaves in order. proofs: siblings from the leaf upwards. full: the last append that fits, on a frontier given here; the next one is TreeFull.',
    program: hex(PROGRAM),
    market: hex(MARKET),
    empty_root: hex(zeroAt(zero, DEPTH)),
    zeros: zero.map(hex),
    leaves: leaves.map((leaf) => ({
      name: leaf.name,
      kind: leaf.nonce === undefined ? 'batch' : 'ping',
      sequence: leaf.sequence.toString(),
      version: leaf.version,
      payload_digest: hex(leaf.payloadDigest),
      results_digest: hex(leaf.resultsDigest),
      ...(leaf.nonce === undefined ? {} : { nonce: leaf.nonce.toString() }),
      leaf: hex(leafHash(leaf)),
    })),
    roots: roots.map((root, leafCount) => ({ leaf_count: leafCount, root })),
    proofs: levels.flatMap((l, leafCount) =>
      leafCount === 1 || leafCount === 5 || leafCount === leaves.length
        ? hashes.slice(0, leafCount).map((leaf, index) => ({
            leaf_count: leafCount,
            index,
            leaf: hex(leaf),
            path: pathOf(l, index, zero).map(hex),
            root: roots[leafCount],
          }))
        : [],
    ),
    full: fullTree(),
  };
}
