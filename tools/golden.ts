/** Every golden vector of batch version 1, as the files they are committed as. */
import { batchesVectors, malformedVectors } from './golden/batches.ts';
import { amountsVectors, feesVectors } from './golden/money.ts';
import { tradeEventsVectors } from './golden/protobuf.ts';
import { tradesVectors } from './golden/trades.ts';
import { treeVectors } from './golden/tree.ts';

const vectors: Readonly<Record<string, () => unknown>> = {
  'trades.json': tradesVectors,
  'batches.json': batchesVectors,
  'malformed.json': malformedVectors,
  'tree.json': treeVectors,
  'amounts.json': amountsVectors,
  'fees.json': feesVectors,
  'trade_events.json': tradeEventsVectors,
};

/** Path from the repository's root → content. */
export function goldenFiles(): Map<string, string> {
  return new Map(
    Object.entries(vectors).map(([name, make]) => [`tests/golden/v1/${name}`, `${JSON.stringify(make(), null, 2)}\n`]),
  );
}
