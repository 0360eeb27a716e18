// Proves: account bytes decode field by field as the IDL lays them out, entries like Anchor's own coder, other bytes are
// refused, and the effective config switches exactly at its slot.
// Does not prove: that the program writes such bytes; tests/program reads the real ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import { coder, fromAnchor } from '../anchor.ts';
import { viewOf } from '../bytes.ts';
import { ScheduleMask } from '../constants.ts';
import { LockstepError } from '../errors.ts';
import { fieldOffsets, structSize } from '../layout.ts';
import { configAddress } from '../pda.ts';
import { fieldPaths, patternedAccount } from '../testing/accounts.ts';
import { refuses } from '../testing/refusal.ts';
import { slot } from '../units.ts';
import type { GlobalConfig, SchedulableFields } from './config.ts';
import { decodeConfig } from './config.ts';
import { effectiveConfig } from './effective.ts';
import { decodeMarket, decodeMarketHeader, decodeTraderEntry, MARKET_HEADER_BYTES, marketSpace } from './market.ts';
import { readConfig, readMarket, readMarketHeader } from './read.ts';

const programId = new PublicKey(new Uint8Array(32).fill(9));

function marketBytes(traders: number, capacity = traders): Uint8Array {
  const data = patternedAccount('MarketHeader', marketSpace(capacity) - MARKET_HEADER_BYTES);
  viewOf(data).setUint32(MARKET_HEADER_BYTES, traders, true);
  return data;
}

const plainPaths = (value: unknown, path = ''): string[] => {
  const isStruct =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof PublicKey);
  if (!isStruct) return [path];
  return Object.entries(value).flatMap(([key, inner]) => plainPaths(inner, path === '' ? key : `${path}.${key}`));
};

test('a config has exactly the fields of the IDL, each read from its place', () => {
  const data = patternedAccount('GlobalConfig');
  const config = decodeConfig(data);
  assert.deepEqual(plainPaths(config).sort(), fieldPaths('GlobalConfig').sort());
  const at = (field: string): number => 8 + (fieldOffsets('GlobalConfig').get(field) ?? Number.NaN);
  assert.equal(config.featureFlags, viewOf(data).getBigUint64(at('feature_flags'), true));
  assert.equal(config.minBatchSize, viewOf(data).getUint32(at('min_batch_size'), true));
  assert.deepEqual(config.guardian.toBytes(), data.slice(at('guardian'), at('guardian') + 32));
  assert.equal(config.feeTiers.length, 4);
  assert.equal(config.feeTiers[1]?.takerBps, viewOf(data).getUint16(at('fee_tiers') + 6, true));
  assert.equal(config.schedule.activationSlot, viewOf(data).getBigUint64(at('schedule'), true));
});

test('a market header has exactly the fields of the IDL, each read from its place', () => {
  const data = marketBytes(0);
  const header = decodeMarketHeader(data.subarray(0, MARKET_HEADER_BYTES));
  assert.deepEqual(plainPaths(header).sort(), fieldPaths('MarketHeader').sort());
  const at = (field: string): number => 8 + (fieldOffsets('MarketHeader').get(field) ?? Number.NaN);
  assert.equal(header.nextSequence, viewOf(data).getBigUint64(at('next_sequence'), true));
  assert.deepEqual(header.tree.root, data.slice(at('tree') + 8, at('tree') + 40));
  assert.equal(header.tree.frontier.length, 32);
  assert.deepEqual(header.recentDigests[63], data.slice(at('recent_digests') + 63 * 32, at('recent_digests') + 2048));
});

test('entries decode as by the generic coder', () => {
  const data = marketBytes(3, 5);
  const { header, traders } = decodeMarket(data);
  assert.deepEqual(header, decodeMarketHeader(data));
  assert.equal(traders.length, 3);
  traders.forEach((trader, i) => {
    const bytes = Buffer.from(data.subarray(marketSpace(i), marketSpace(i + 1)));
    const { reserved, ...expected } = fromAnchor<typeof trader & { reserved: Uint8Array }>(
      coder.types.decode('TraderEntry', bytes),
    );
    assert.deepEqual(trader, expected);
    assert.equal(reserved.length, 7);
    assert.deepEqual(decodeTraderEntry(bytes), trader);
  });
});

test('the largest market decodes', () => {
  const capacity = Math.floor((10 * 1024 * 1024 - marketSpace(0)) / structSize('TraderEntry'));
  assert.equal(decodeMarket(marketBytes(capacity)).traders.length, capacity);
});

test('other bytes are refused', () => {
  refuses('ACCOUNT_UNREADABLE', () => decodeConfig(new Uint8Array()));
  refuses('ACCOUNT_UNREADABLE', () => decodeConfig(patternedAccount('MarketHeader')));
  refuses('ACCOUNT_UNREADABLE', () => decodeConfig(patternedAccount('GlobalConfig').subarray(0, 100)));
  refuses('ACCOUNT_UNREADABLE', () => decodeMarketHeader(patternedAccount('GlobalConfig')));
  refuses('ACCOUNT_UNREADABLE', () => decodeMarketHeader(marketBytes(0).subarray(0, MARKET_HEADER_BYTES - 1)));
  refuses('ACCOUNT_UNREADABLE', () => decodeMarket(marketBytes(0).subarray(0, MARKET_HEADER_BYTES)));
  refuses('ACCOUNT_UNREADABLE', () => decodeMarket(marketBytes(2).subarray(0, marketSpace(1))));
  refuses('ACCOUNT_UNREADABLE', () => decodeTraderEntry(marketBytes(2).subarray(marketSpace(0), marketSpace(1) - 1)));
  assert.equal(decodeTraderEntry(new Uint8Array()), undefined);
});

const before: SchedulableFields = {
  minBatchSize: 1,
  allowedBatchVersions: 1,
  activeRelayer: new PublicKey(new Uint8Array(32).fill(1)),
  attestor: new PublicKey(new Uint8Array(32).fill(2)),
  featureFlags: 1n,
  feeTiers: [],
  maxBatchAgeSlots: 1n,
  withdrawalDelaySlots: 1n,
};
const after: SchedulableFields = {
  minBatchSize: 2,
  allowedBatchVersions: 3,
  activeRelayer: new PublicKey(new Uint8Array(32).fill(3)),
  attestor: new PublicKey(new Uint8Array(32).fill(4)),
  featureFlags: 2n,
  feeTiers: [{ makerBps: 0, takerBps: 5 }],
  maxBatchAgeSlots: 2n,
  withdrawalDelaySlots: 2n,
};

function scheduled(activationSlot: bigint, mask: number): GlobalConfig {
  const config = decodeConfig(patternedAccount('GlobalConfig'));
  return { ...config, ...before, schedule: { activationSlot: slot(activationSlot), mask, ...after } };
}

test('a schedule is in force from its slot on, and not before', () => {
  const config = scheduled(100n, 255);
  assert.equal(effectiveConfig(config, slot(99)).minBatchSize, 1);
  assert.equal(effectiveConfig(config, slot(100)).minBatchSize, 2);
  assert.equal(effectiveConfig(config, slot(101)).minBatchSize, 2);
});

test('activation slot 0 is no schedule', () => {
  assert.equal(effectiveConfig(scheduled(0n, 255), slot(5)).minBatchSize, 1);
});

for (const [name, bit] of Object.entries(ScheduleMask)) {
  test(`a schedule of ${name} changes that field alone`, () => {
    const field = name as keyof SchedulableFields;
    const { schedule, ...base } = scheduled(100n, bit);
    assert.deepEqual(effectiveConfig({ schedule, ...base }, slot(100)), { ...base, [field]: after[field] });
  });
}

/** A connection that holds one account and records how it was asked. */
function connectionWith(address: PublicKey, data: Uint8Array, owner = programId) {
  const asked: unknown[] = [];
  const getAccountInfoAndContext = async (
    key: PublicKey,
    config: { dataSlice?: { offset: number; length: number } },
  ) => {
    asked.push(config);
    const { offset = 0, length = data.length } = config.dataSlice ?? {};
    const value = key.equals(address) ? { owner, data: Buffer.from(data.subarray(offset, offset + length)) } : null;
    return { context: { slot: 77 }, value };
  };
  return { connection: { getAccountInfoAndContext } as unknown as Connection, asked };
}

test('readers decode what the node returns, with its slot', async () => {
  const config = connectionWith(configAddress(programId), patternedAccount('GlobalConfig'));
  const expected = decodeConfig(patternedAccount('GlobalConfig'));
  assert.deepEqual(await readConfig(config.connection, programId), { value: expected, slot: 77n });

  const market = connectionWith(programId, marketBytes(2));
  assert.equal((await readMarket(market.connection, programId, 'finalized')).value.traders.length, 2);
  assert.deepEqual(market.asked, [{ commitment: 'finalized' }]);
});

test('the header reader asks for the header alone', async () => {
  const { connection, asked } = connectionWith(programId, marketBytes(2));
  assert.deepEqual((await readMarketHeader(connection, programId)).value, decodeMarketHeader(marketBytes(0)));
  assert.deepEqual(asked, [{ dataSlice: { offset: 0, length: MARKET_HEADER_BYTES } }]);
});

test('an account of another program is no config of ours, nor a market when the program is named', async () => {
  const other = PublicKey.default;
  const isUnreadable = (error: unknown) => error instanceof LockstepError && error.code === 'ACCOUNT_UNREADABLE';
  const config = connectionWith(configAddress(programId), patternedAccount('GlobalConfig'), other);
  await assert.rejects(readConfig(config.connection, programId), isUnreadable);
  const market = connectionWith(programId, marketBytes(2), other);
  await assert.rejects(readMarket(market.connection, programId, undefined, programId), isUnreadable);
  await assert.rejects(readMarketHeader(market.connection, programId, undefined, programId), isUnreadable);
  assert.equal((await readMarket(market.connection, programId, undefined, other)).value.traders.length, 2);
});

test('a missing account says so', async () => {
  const { connection } = connectionWith(PublicKey.default, new Uint8Array());
  await assert.rejects(
    readMarket(connection, programId),
    (error) => error instanceof LockstepError && error.code === 'ACCOUNT_MISSING',
  );
});
