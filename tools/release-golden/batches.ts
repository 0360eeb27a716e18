import { readFileSync } from 'node:fs';
import { ComputeBudgetProgram } from '@solana/web3.js';
import type { FeeTier } from '#client';
import { baseLots, digestPrefix, encodeBatchV1, encodeBatchV2, price, sequence, tradeId } from '#client';
import { patchEntry, patchHeader, u64 } from '../../tests/program/setup/patch.ts';
import type { World } from '../../tests/program/setup/world.ts';
import { build, deposit, keys, MAX_AGE, newcomer, newWorld } from '../../tests/program/setup/world.ts';
import type { Scene } from './capture.ts';

const admin = keys.admin.publicKey;
const market = keys.market.publicKey;

interface GoldenBatch {
  readonly name: string;
  readonly sequence: string;
  readonly first_trade_id?: string;
  readonly prev_digest_prefix?: string;
  readonly trades: readonly { readonly trade_id: string; readonly price: string; readonly quantity: string }[];
  readonly data: string;
}

const golden = <T>(path: string): readonly T[] =>
  JSON.parse(readFileSync(new URL(`../../tests/golden/${path}.json`, import.meta.url), 'utf8')).cases;

/** Indices the golden batches use; what is above has no entry, and is refused or skipped. */
const ENTRIES = 12;
/** Lots and quote atoms of each entry: enough for every golden trade that can be paid at all. */
const RICH = 1n << 58n;
/** A fresh market's V2 batch names no payload before it. */
const DIGEST_RING = { slots: 64n, bytes: 32 };

/** A market with as many entries as the golden batches name, which can pay for each of them. */
function richWorld(versions: number, rates?: FeeTier): World {
  const world = newWorld();
  if (versions !== 1) world.accept(build.setAllowedVersions({ admin, allowedBatchVersions: versions }), keys.admin);
  if (rates !== undefined) {
    const feeTiers = Array.from({ length: 4 }, () => rates);
    world.accept(build.setFees({ admin, feeTiers }), keys.admin);
  }
  const dave = newcomer(world, 'dave', 3);
  for (let index = 3; index < ENTRIES; index += 1) {
    world.accept(build.openTrader({ owner: dave.key.publicKey, market }), dave.key);
    world.accept(deposit({ ...dave, index }, { baseLots: 1n, quoteAtoms: 1n }), dave.key);
  }
  for (let index = 0; index < ENTRIES; index += 1) {
    patchEntry(world, index, 'base_lots', u64(RICH));
    patchEntry(world, index, 'quote_atoms', u64(RICH));
  }
  patchHeader(world, 'base_lots_total', u64(RICH * BigInt(ENTRIES)));
  patchHeader(world, 'quote_atoms_total', u64(RICH * BigInt(ENTRIES)));
  return world;
}

/** The market as it is when this batch is next. */
function awaiting(world: World, batch: GoldenBatch): World {
  const number = BigInt(batch.sequence);
  const first = BigInt(batch.first_trade_id ?? batch.trades[0]?.trade_id ?? 1);
  patchHeader(world, 'next_sequence', u64(number));
  patchHeader(world, 'last_trade_id', u64(first - 1n));
  if (batch.prev_digest_prefix !== undefined) {
    const ring = new Uint8Array(Number(DIGEST_RING.slots) * DIGEST_RING.bytes);
    ring.set(u64(BigInt(batch.prev_digest_prefix)), Number((number - 1n) % DIGEST_RING.slots) * DIGEST_RING.bytes);
    patchHeader(world, 'recent_digests', ring);
  }
  return world;
}

const UNITS = 1_400_000;

/** With all the compute a transaction may have: what a batch costs is measured elsewhere. */
function send(world: World, data: Uint8Array): void {
  const limit = ComputeBudgetProgram.setComputeUnitLimit({ units: UNITS });
  world.chain.send([limit, world.settle(data)], [keys.relayer]);
}

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** A bit mask of versions: bit 0 is version 1. */
const maskOf = (versions: readonly number[]): number =>
  versions.reduce((mask, version) => mask | (1 << (version - 1)), 0);

/** Every golden batch of the versions a release settles, the malformed ones too. */
export function batchScenes(versions: readonly number[]): readonly Scene[] {
  const mask = maskOf(versions);
  return versions.flatMap((version) => [
    ...golden<GoldenBatch>(`v${version}/batches`).map((batch) => ({
      name: `V${version} batch: ${batch.name}`,
      world: () => awaiting(richWorld(mask), batch),
      play: (world: World) => send(world, bytes(batch.data)),
    })),
    {
      name: `V${version}: bytes that are no batch`,
      world: () => malformedWorld(version, mask),
      play: (world: World) => {
        for (const { data } of golden<{ data: string }>(`v${version}/malformed`)) {
          // A version byte that this release does not route is free for those to come.
          if (versions.includes(Number.parseInt(data.slice(0, 2), 16))) send(world, bytes(data));
        }
      },
    },
  ]);
}

/** The state in which only the bytes are wrong, as the vectors say. */
function malformedWorld(version: number, mask: number): World {
  const world = richWorld(mask);
  if (version === 1) patchHeader(world, 'next_sequence', u64(7n));
  return world;
}

interface Fee {
  readonly amount: string;
  readonly bps: number;
}

const MAX_BPS = 500;

/** A trade for each amount of the fee vectors at each rate, for makers and takers: what is rounded shows in the balances. */
export function feeScenes(versions: readonly number[]): readonly Scene[] {
  const fees = golden<Fee>('v1/fees').filter(({ bps, amount }) => bps <= MAX_BPS && BigInt(amount) <= RICH / 4n);
  const rates = [...new Set(fees.map(({ bps }) => bps))];
  return versions.flatMap((version) =>
    rates.map((bps) => ({
      name: `V${version} fees at ${bps} basis points`,
      world: () => richWorld(maskOf(versions), { makerBps: version === 1 ? 0 : bps, takerBps: bps }),
      play: (world: World) => {
        const amounts = fees.filter((fee) => fee.bps === bps && fee.amount !== '0').map(({ amount }) => BigInt(amount));
        const own = [...amounts, LARGE, LARGE + 1n].map((amount, i) => ({
          price: price(amount),
          quantity: baseLots(1),
          takerIsBuyer: i % 2 === 0,
        }));
        send(world, payloadOf(world, version, own));
      },
    })),
  );
}

/** An amount whose product with a rate passes u64, and with a rest that rounds. */
const LARGE = 10_000n * ((1n << 56n) / 10_000n) + 1n;

type Changes = Parameters<World['trades']>[0];

/** The next batch, or what would be it with another sequence or first trade. */
function payloadOf(
  world: World,
  version: number,
  changes: Changes,
  of: { ahead?: bigint; skip?: bigint } = {},
): Uint8Array {
  const { nextSequence, lastTradeId, recentDigests } = world.market.header;
  const first = lastTradeId + 1n + (of.skip ?? 0n);
  const trades = world.trades(changes).map((trade, i) => ({ ...trade, tradeId: tradeId(first + BigInt(i)) }));
  const number = sequence(nextSequence + (of.ahead ?? 0n));
  if (version === 1) return encodeBatchV1({ sequence: number, trades });
  const before = recentDigests[Number((nextSequence - 1n) % DIGEST_RING.slots)] ?? new Uint8Array(DIGEST_RING.bytes);
  return encodeBatchV2({
    sequence: number,
    firstTradeId: tradeId(first),
    prevDigestPrefix: digestPrefix(before),
    trades: trades.map((trade) => ({ ...trade, orderType: 0, feeTier: 0 })),
  });
}

/** Batches that come twice, too early, with ids that do not follow, from a stranger, too small, and under a pause. */
export function turnScenes(versions: readonly number[]): readonly Scene[] {
  return versions.map((version) => ({
    name: `V${version}: batches out of their turn`,
    world: () => richWorld(maskOf(versions)),
    play: (world: World) => {
      const { chain } = world;
      const next = (of?: { ahead?: bigint; skip?: bigint }) => payloadOf(world, version, [{}, {}, {}], of);
      const settled = next();
      for (const data of [next({ ahead: 1n }), next({ skip: 1n }), settled, settled]) send(world, data);
      for (const skip of [-3n, -1n, 1n, 9n]) send(world, next({ skip }));
      send(world, next({ ahead: 1n }));
      const unlinked = next();
      // In version 2 these are of the digest before; in version 1 of the first trade.
      unlinked.fill(7, 19, 27);
      send(world, unlinked);
      const { stranger } = keys;
      chain.send([world.settle(next(), stranger.publicKey)], [stranger]);
      chain.send([build.setMinBatchSize({ admin, minBatchSize: 5 })], [keys.admin]);
      send(world, next());
      chain.warpTo(chain.slot + MAX_AGE);
      send(world, next());
      chain.send([build.setPaused({ authority: admin, isPaused: true })], [keys.admin]);
      send(world, next());
    },
  }));
}
