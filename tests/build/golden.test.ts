/**
 * Proves: the committed vectors are the ones their generator writes, they fit together, and no two cases share a name.
 * Does not prove: that program and client agree with them; their own tests read the same files.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { GOLDEN_FOLDERS, goldenFiles } from '../../tools/golden.ts';

const repo = join(import.meta.dirname, '../..');
const FOLDER = 'tests/golden/v1';

type Json = Record<string, unknown>;
const load = <T>(name: string): T => JSON.parse(readFileSync(join(repo, FOLDER, name), 'utf8')) as T;
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const sha256 = (...parts: Buffer[]): string => createHash('sha256').update(Buffer.concat(parts)).digest('hex');

interface Tree {
  zeros: string[];
  empty_root: string;
  leaves: { leaf: string }[];
  roots: { leaf_count: number; root: string }[];
  proofs: { leaf_count: number; index: number; leaf: string; path: string[]; root: string }[];
  full: { frontier: string[]; leaf: string; root: string };
}

describe('golden vectors', () => {
  test('are what the generator writes, and nothing else is in their folders', () => {
    const files = goldenFiles();
    for (const [path, content] of files) assert.equal(readFileSync(join(repo, path), 'utf8'), content, path);
    const present = GOLDEN_FOLDERS.flatMap((folder) =>
      readdirSync(join(repo, folder)).map((name) => `${folder}/${name}`),
    );
    assert.deepEqual(present.sort(), [...files.keys()].sort());
  });

  test('give every case a name of its own', () => {
    for (const [path, content] of goldenFiles()) {
      const names = ((JSON.parse(content) as { cases?: { name: string }[] }).cases ?? []).map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, path);
    }
  });

  test('spell every trade with the same 33 bytes in its batch', () => {
    const alone = new Map(
      load<{ cases: { trade: Json; bytes: string }[] }>('trades.json').cases.map((c) => [
        JSON.stringify(c.trade),
        c.bytes,
      ]),
    );
    const { cases } = load<{ cases: { trades: Json[]; data: string }[] }>('batches.json');
    const matched = cases.flatMap(({ trades, data }) =>
      trades.flatMap((trade, i) => {
        const expected = alone.get(JSON.stringify(trade));
        if (expected === undefined) return [];
        assert.equal(
          bytes(data)
            .subarray(13 + 33 * i, 46 + 33 * i)
            .toString('hex'),
          expected,
        );
        return [trade];
      }),
    );
    assert.ok(matched.length >= alone.size, 'every named trade is in a batch');
    for (const { trades, data } of cases) assert.equal(bytes(data).length, 13 + 33 * trades.length);
  });

  test('state digests of the bytes they state', () => {
    for (const { data, payload_digest, codes, results_digest } of load<{
      cases: Record<'data' | 'payload_digest' | 'codes' | 'results_digest', string>[];
    }>('batches.json').cases) {
      assert.equal(sha256(bytes(data)), payload_digest);
      assert.equal(sha256(bytes(codes)), results_digest);
    }
  });
});

describe('golden tree', () => {
  const tree = load<Tree>('tree.json');
  const node = (left: string, right: string): string => sha256(Buffer.from([1]), bytes(left), bytes(right));

  test('has 33 zeros, each the node of the one before', () => {
    assert.equal(tree.zeros.length, 33);
    assert.equal(tree.zeros[0], '00'.repeat(32));
    tree.zeros.slice(1).forEach((zero, i) => {
      assert.equal(zero, node(tree.zeros[i] ?? '', tree.zeros[i] ?? ''));
    });
    assert.equal(tree.empty_root, tree.zeros[32]);
    assert.equal(tree.roots[0]?.root, tree.empty_root);
  });

  test('has another root after each append', () => {
    assert.equal(tree.roots.length, tree.leaves.length + 1);
    assert.equal(new Set(tree.roots.map(({ root }) => root)).size, tree.roots.length);
  });

  test('folds every proof to the root of its count', () => {
    for (const { leaf_count, index, leaf, path, root } of tree.proofs) {
      const folded = path.reduce(
        (hash, sibling, level) => ((index >> level) & 1 ? node(sibling, hash) : node(hash, sibling)),
        leaf,
      );
      assert.equal(folded, root);
      assert.equal(root, tree.roots[leaf_count]?.root);
      assert.equal(leaf, tree.leaves[index]?.leaf);
    }
  });

  test('appends the last leaf to the right of every frontier node', () => {
    assert.equal(
      tree.full.frontier.reduce((right, left) => node(left, right), tree.full.leaf),
      tree.full.root,
    );
  });

  test('has the same root from a frontier as from whole levels', () => {
    const frontier: string[] = [];
    tree.leaves.forEach(({ leaf }, index) => {
      let hash = leaf;
      tree.zeros.slice(0, 32).forEach((zero, level) => {
        if ((index >> level) & 1) {
          hash = node(frontier[level] ?? '', hash);
        } else {
          frontier[level] = hash;
          hash = node(hash, zero);
        }
      });
      assert.equal(hash, tree.roots[index + 1]?.root);
    });
  });
});
