// Proves: sizes and offsets computed from the IDL are the ones docs/reference/program.md promises, so that an IDL that
// moves a field does not go unnoticed.
// Does not prove: that the program agrees with the IDL; tests/program reads what it wrote.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARKET_HEADER_BYTES, marketSpace } from './accounts/market.ts';
import { V1_HEADER_BYTES, V1_TRADE_BYTES } from './batch/v1.ts';
import { V2_HEADER_BYTES } from './batch/v2.ts';
import { MAX_TRADES_V2, RECENT_DIGESTS, TREE_DEPTH } from './constants.ts';
import { idl } from './idl.ts';
import { fieldOffsets, sizeOf, structSize } from './layout.ts';
import { refuses } from './testing/refusal.ts';

const addresses = (count: number): number => 32 * count;
const u64s = (count: number): number => 8 * count;

test('a trader entry is 160 bytes', () => {
  assert.equal(structSize('TraderEntry'), 160);
  assert.deepEqual(
    [...fieldOffsets('TraderEntry')],
    [
      ['owner', 0],
      ['base_lots', 32],
      ['quote_atoms', 40],
      ['pending_base_lots', 48],
      ['pending_quote_atoms', 56],
      ['unlock_slot', 64],
      ['held_until_slot', 72],
      ['base_destination', 80],
      ['quote_destination', 112],
      ['closing_trade_id', 144],
      ['status', 152],
      ['reserved', 153],
    ],
  );
});

test('a market header is its documented fields, in their order', () => {
  const tree = 8 + 32 + 32 * TREE_DEPTH;
  const digests = 32 * RECENT_DIGESTS;
  assert.equal(structSize('MarketHeader'), addresses(4) + u64s(11) + tree + digests + 4 + 252);
  const offsets = fieldOffsets('MarketHeader');
  assert.equal(offsets.get('next_sequence'), addresses(4) + 8);
  assert.equal(offsets.get('quote_fees'), addresses(4) + u64s(6));
  assert.equal(offsets.get('tree'), addresses(4) + u64s(11));
  assert.equal(offsets.get('recent_digests'), addresses(4) + u64s(11) + tree);
  assert.equal(offsets.get('status'), addresses(4) + u64s(11) + tree + digests);
});

test('entries start after discriminator, header and length', () => {
  assert.equal(MARKET_HEADER_BYTES, 8 + 3584);
  assert.equal(marketSpace(0), 8 + 3584 + 4);
  assert.equal(marketSpace(64), marketSpace(0) + 64 * 160);
});

test('the config keeps the five fields every version has in their place', () => {
  const offsets = fieldOffsets('GlobalConfig');
  const first = ['admin', 'is_paused', 'min_batch_size', 'allowed_batch_versions', 'active_relayer'];
  assert.deepEqual([...offsets.keys()].slice(0, 5), first);
  assert.deepEqual([...offsets.values()].slice(0, 5), [0, 32, 33, 37, 38]);
  assert.equal(structSize('ScheduledChange'), 8 + 4 + 4 + 1 + addresses(2) + 8 + 4 * 4 + u64s(2));
  assert.equal(structSize('GlobalConfig'), 495);
});

test('a trade on the wire is as large as its IDL type', () => {
  assert.equal(structSize('TradeV1'), V1_TRADE_BYTES);
  assert.equal(structSize('HeaderV1'), V1_HEADER_BYTES);
  assert.equal(structSize('HeaderV2'), V2_HEADER_BYTES);
});

test('the sizes the client computes are the ones the program declares', () => {
  const declared = new Map(idl.constants.map((constant) => [constant.name, Number(constant.value)]));
  const computed = {
    HEADER_V1_BYTES: V1_HEADER_BYTES,
    TRADE_V1_BYTES: V1_TRADE_BYTES,
    HEADER_V2_BYTES: V2_HEADER_BYTES,
    MAX_TRADES_V2,
    MARKET_COUNT_OFFSET: MARKET_HEADER_BYTES,
    MARKET_ENTRIES_OFFSET: marketSpace(0),
    TRADER_ENTRY_BYTES: marketSpace(1) - marketSpace(0),
    RECENT_DIGESTS,
  };
  for (const [name, bytes] of Object.entries(computed)) assert.equal(bytes, declared.get(name), name);
});

test('a type without a fixed size is refused, and so is an unknown one', () => {
  refuses('IDL_INCOMPLETE', () => sizeOf('bytes'));
  refuses('IDL_INCOMPLETE', () => sizeOf({ option: 'u32' }));
  refuses('IDL_INCOMPLETE', () => structSize('Nothing'));
});
