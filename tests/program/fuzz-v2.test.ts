// Proves: whatever the columns of a V2 batch are, valid, damaged or random, program and TypeScript decoder take the same bytes; those they
// take are the same trades to both, and others both refuse by the same name. FUZZ_RUNS and FUZZ_SEED look further.
// Does not prove: what becomes of the trades (tests/model), nor the header's checks (settle-v2.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getTransactionDecoder } from '@solana/kit';
import fc from 'fast-check';
import { FailedTransactionMetadata } from 'litesvm';
import type { DecodedBatchV2 } from '#client';
import { decodeBatchV2, encodeBatchV2, explainError, LockstepError, parseEvents } from '#client';
import { columns, header } from '../../tools/golden/v2/batches.ts';
import type { Encoding } from '../../tools/golden/v2/columns.ts';
import { column } from '../../tools/golden/v2/columns.ts';
import { build, keys, newWorld } from './setup/world.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 1_500);
const SEED = Number(process.env.FUZZ_SEED ?? 2_021);

const world = newWorld();
world.accept(build.setAllowedVersions({ admin: keys.admin.publicKey, allowedBatchVersions: 3 }), keys.admin);

/** What the batch would do, or the name of its refusal. Nothing lands, so every batch meets the same market. */
function programSays(data: Uint8Array): unknown {
  const { chain } = world;
  const transaction = getTransactionDecoder().decode(chain.signed([world.settle(data)], [keys.relayer]));
  const result = chain.svm.simulateTransaction(transaction);
  if (result instanceof FailedTransactionMetadata) return explainError(result)?.name ?? result.toString();
  const [results, settled] = parseEvents(result.meta().logs(), chain.programId);
  assert.ok(results?.name === 'TradeResults' && settled?.name === 'BatchSettled', 'a batch that lands reports both');
  const { count, voided, baseLots, quoteAtoms, fees } = settled.data;
  return { results: results.data, count, voided, baseLots, quoteAtoms, fees };
}

function clientSays(data: Uint8Array): DecodedBatchV2 | string {
  try {
    return decodeBatchV2(data);
  } catch (error) {
    assert.ok(error instanceof LockstepError && error.code === 'MALFORMED_BATCH', `${error}`);
    return error.message.slice(0, error.message.indexOf(':'));
  }
}

/** How often each was seen, so that a run that reached little is no pass. */
const seen = new Map<string, number>();

function agree(data: Uint8Array): void {
  const [decoded, outcome] = [clientSays(data), programSays(data)];
  const what = typeof decoded === 'string' ? decoded : 'taken';
  seen.set(what, (seen.get(what) ?? 0) + 1);
  if (typeof decoded === 'string') {
    assert.equal(outcome, decoded);
    return;
  }
  // The same trades in the encoder's own bytes come to the same.
  const again = encodeBatchV2(decoded);
  assert.deepEqual(clientSays(again), decoded);
  assert.deepEqual(programSays(again), outcome);
}

const anyEncoding = fc.constantFrom<Encoding | undefined>(undefined, 'plain', 'packed', 'runs');
const near = (most: number) => fc.bigInt({ min: 0n, max: BigInt(most) });
/** Numbers of every length in bits alike. */
const wide = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(64))
  .map(([value, bits]) => BigInt.asUintN(bits, value));

const anyTrades = fc.boolean().chain((isWide) =>
  fc.array(
    fc.record({
      tradeId: fc.constant(0n),
      buyer: fc.nat(3),
      seller: fc.nat(3),
      price: isWide ? wide : near(5_000),
      quantity: isWide ? wide : near(400),
      takerIsBuyer: fc.boolean(),
      orderType: fc.nat(4),
      feeTier: fc.nat(3),
    }),
    { maxLength: 70 },
  ),
);

const anyValid = fc
  .tuple(anyTrades, anyEncoding)
  .map(([trades, encoding]) => ({ count: trades.length, bytes: Buffer.concat(columns(trades, encoding)) }));

/** Columns of the right length, of values that fields may be too small for; a first price before the third. */
const anyValues = fc
  .record({
    values: fc.array(fc.tuple(...Array.from({ length: 5 }, () => fc.oneof(near(70), near(70), near(70), wide))), {
      minLength: 1,
      maxLength: 20,
    }),
    encoding: anyEncoding,
    price: fc.nat(127),
  })
  .map(({ values, encoding, price }) => {
    const made = [0, 1, 2, 3, 4].map((field) =>
      column(
        values.slice(field === 2 ? 1 : 0).map((row) => row[field] ?? 0n),
        encoding,
      ),
    );
    return { count: values.length, bytes: Buffer.concat(made.toSpliced(2, 0, Buffer.from([price]))) };
  });

/** A frame that mostly fits what is in it, around any bytes: those that LEB128 stops at come often. */
const anyFrame = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(255) }),
    fc.array(fc.oneof(fc.nat(127), fc.nat(255), fc.constantFrom(0, 1, 0x80, 0xff)), { maxLength: 24 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -2, max: 2 }) }),
    fc.integer({ min: 0, max: 66 }),
  )
  .map(([encoding, body, off, width]) => [encoding, encoding === 1 ? width : Math.max(0, body.length + off), ...body]);

const anyBytes = fc.tuple(fc.nat(9), fc.array(anyFrame, { minLength: 5, maxLength: 5 }), fc.nat(255)).map(
  // The first price stands before the third column.
  ([count, frames, price]) => ({ count, bytes: Buffer.from(frames.toSpliced(2, 0, [price]).flat()) }),
);

/** One byte replaced, put in or taken out; or all cut off behind it. */
const anyDamage = fc
  .tuple(fc.nat(3), fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff)))
  .map(([kind, where, byte]) => (bytes: Uint8Array): Uint8Array => {
    const at = where % (bytes.length + 1);
    if (kind === 3) return bytes.subarray(0, at);
    const put = kind === 2 ? [] : [byte];
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(kind === 1 ? at : at + 1)]);
  });

const mostlyRight = fc.oneof(
  { weight: 12, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 }) },
);

const anyBatch = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: anyValid },
      { weight: 1, arbitrary: anyValues },
      { weight: 1, arbitrary: anyBytes },
    ),
    fc.array(anyDamage, { maxLength: 3 }),
    mostlyRight,
  )
  .map(([{ count, bytes }, damages, more]) => {
    const place = { sequence: 1n, firstTradeId: 1n, prevDigestPrefix: 0n };
    const damaged = damages.reduce<Uint8Array>((last, damage) => damage(last), bytes);
    return Uint8Array.from(Buffer.concat([header(place, Math.max(0, count + more)), damaged]));
  })
  // What a transaction holds.
  .filter((data) => data.length <= 980);

test('program and decoder agree on any columns', () => {
  fc.assert(fc.property(anyBatch, agree), { seed: SEED, numRuns: RUNS });
  const malformations = [
    'ColumnTruncated',
    'UnknownEncoding',
    'OverlongInteger',
    'SpareBitsSet',
    'TrailingBytes',
    'ColumnCountMismatch',
    'ColumnValueOutOfRange',
  ];
  for (const what of ['taken', ...malformations]) assert.ok((seen.get(what) ?? 0) >= RUNS / 500, `${what} came up`);
});

test('a batch says one trade too many', () => {
  const place = { sequence: 1n, firstTradeId: 1n, prevDigestPrefix: 0n };
  agree(Uint8Array.from(header(place, 1_025)));
  assert.equal(seen.get('TooManyTrades'), 1);
});
