/**
 * The state tree of version 2 computed as RFC 6962 defines it: the root of n leaves splits them at the largest power of two below
 * n. The program keeps a frontier and the client keeps levels; all must name the same root and the same path.
 */
import { sha256, u8, u32 } from './bytes.ts';

const node = (left: Uint8Array, right: Uint8Array): Buffer => sha256(u8(1), left, right);

/** The largest power of two below `count`, which is at least 2. */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) throw new RangeError('a tree of version 2 has at least its leaf 0');
  if (leaves.length === 1) return only;
  const at = split(leaves.length);
  return node(rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)));
}

/** The siblings on a leaf's way, lowest first, without the levels at which it has none. */
function auditPath(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length === 1) return [];
  const at = split(leaves.length);
  return index < at
    ? [...auditPath(leaves.slice(0, at), index), rootOf(leaves.slice(at))]
    : [...auditPath(leaves.slice(at), index - at), rootOf(leaves.slice(0, at))];
}

/** The same with `null` at the levels of the whole tree at which the leaf's node goes up by itself. */
function pathOf(leaves: readonly Buffer[], index: number): (Buffer | null)[] {
  const siblings = auditPath(leaves, index);
  const path: (Buffer | null)[] = [];
  let [place, width] = [index, leaves.length];
  while (width > 1) {
    const hasSibling = place % 2 === 1 || place + 1 < width;
    path.push(hasSibling ? (siblings.shift() ?? null) : null);
    [place, width] = [Math.floor(place / 2), Math.ceil(width / 2)];
  }
  return path;
}

const leafAt = (index: number): Buffer => sha256(Buffer.from('leaf'), u32(index));
const hex = (bytes: Buffer): string => bytes.toString('hex');

const COUNT = 40;
const PROVEN = [1, 2, 3, 6, 7, 8, 13, 33];

/** The last append before the tree is full: every left sibling comes from the frontier. */
function fullTree(): Record<string, unknown> {
  const frontier = Array.from({ length: 32 }, (_, level) => sha256(Buffer.from('frontier'), u32(level)));
  const leaf = sha256(Buffer.from('the last leaf'));
  const root = frontier.reduce((right, left) => node(left, right), leaf);
  const next = sha256(Buffer.from('the leaf after it'));
  return {
    leaf_count: (2n ** 32n - 1n).toString(),
    frontier: frontier.map(hex),
    leaf: hex(leaf),
    root: hex(root),
    next_leaf: hex(next),
    next_root: hex(node(root, next)),
  };
}

export function treeV2Vectors(): unknown {
  const leaves = Array.from({ length: COUNT }, (_, index) => leafAt(index));
  const first = (count: number): Buffer[] => leaves.slice(0, count);
  return {
    about:
      'State tree, tree_version 2. leaves: leaf 0 stands for the root that came before. roots: of the first 1, 2 … of them. proofs: siblings from the leaf upwards, null where a node goes up without one. full: the last append before the tree is full, on a frontier given here, and the one after it, in a tree that begins again.',
    leaves: leaves.map(hex),
    roots: leaves.map((_, index) => ({ leaf_count: index + 1, root: hex(rootOf(first(index + 1))) })),
    proofs: PROVEN.flatMap((count) =>
      first(count).map((leaf, index) => ({
        leaf_count: count,
        index,
        leaf: hex(leaf),
        path: pathOf(first(count), index).map((sibling) => sibling && hex(sibling)),
        root: hex(rootOf(first(count))),
      })),
    ),
    full: fullTree(),
  };
}
