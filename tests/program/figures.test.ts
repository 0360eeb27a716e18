// Proves: the promised figures hold for the object under test: size, bytes and compute units of a trade, of an empty batch,
// and trades per transaction, also with the signature of an attestor.
// Does not prove: that they have not moved since they were recorded; `bench/program.ts --check` does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programFigures } from '../../bench/program-figures.ts';

const figures = programFigures();

test('a V1 trade is 33 bytes on the wire', () => {
  assert.equal(figures.bytesPerTrade, 33);
});

test('a V1 trade costs at most 150 compute units, whatever its shape', () => {
  for (const [shape, units] of Object.entries(figures.settleBatch.computeUnitsPerTrade)) {
    assert.ok(units <= 150, `${shape}: ${units}`);
  }
});

test('a batch without trades costs at most 9,000 compute units', () => {
  assert.ok(figures.settleBatch.computeUnitsWithoutTrades <= 9000, `${figures.settleBatch.computeUnitsWithoutTrades}`);
});

test('at least 24 V1 trades fit one transaction, with compute budget and attestor too', () => {
  for (const [how, trades] of Object.entries(figures.tradesPerTransaction))
    assert.ok(trades >= 24, `${how}: ${trades}`);
});

test('the object is at most 205 kB, and smaller without V1', () => {
  assert.ok(figures.objectBytes <= 205_000, `${figures.objectBytes}`);
  assert.ok(figures.objectBytesWithoutV1 < figures.objectBytes, `${figures.objectBytesWithoutV1}`);
});

test('a V2 trade of a market is at most 7 bytes and costs at most 220 compute units, whatever its shape', () => {
  const { batchBytes, computeUnitsPerTrade, computeUnitsWithoutTrades } = figures.v2;
  assert.ok((batchBytes[150] ?? 0) / 150 <= 7, `${batchBytes[150]} bytes for 150 trades`);
  for (const [shape, units] of Object.entries(computeUnitsPerTrade)) assert.ok(units <= 220, `${shape}: ${units}`);
  assert.ok(computeUnitsWithoutTrades <= 9000, `${computeUnitsWithoutTrades}`);
});

test('at least 150 V2 trades fit one transaction, and settle within the default compute limit', () => {
  const { tradesPerTransaction, computeUnitsPerTrade, computeUnitsWithoutTrades } = figures.v2;
  const dearest = Math.max(...Object.values(computeUnitsPerTrade));
  for (const [how, trades] of Object.entries(tradesPerTransaction)) {
    assert.ok(trades >= 150, `${how}: ${trades}`);
    assert.ok(computeUnitsWithoutTrades + trades * dearest <= 200_000, `${how}: ${trades} trades`);
  }
});
