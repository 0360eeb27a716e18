/** Every golden vector, as the files they are committed as. */
import { batchesVectors, malformedVectors } from './golden/batches.ts';
import { amountsVectors, feesVectors } from './golden/money.ts';
import { tradeEventsVectors } from './golden/protobuf.ts';
import { tradesVectors } from './golden/trades.ts';
import { treeVectors } from './golden/tree.ts';
import { treeV2Vectors } from './golden/tree_v2.ts';
import { batchesVectors as batchesV2, resultsVectors } from './golden/v2/batches.ts';
import { tradeEventsVectors as tradeEventsV2 } from './golden/v2/events.ts';
import { malformedVectors as malformedV2 } from './golden/v2/malformed.ts';

export const GOLDEN_FOLDERS = ['tests/golden/v1', 'tests/golden/v2'] as const;

const vectors: Readonly<Record<string, () => unknown>> = {
  'v1/trades.json': tradesVectors,
  'v1/batches.json': batchesVectors,
  'v1/malformed.json': malformedVectors,
  'v1/tree.json': treeVectors,
  'v1/amounts.json': amountsVectors,
  'v1/fees.json': feesVectors,
  'v1/trade_events.json': tradeEventsVectors,
  'v2/tree.json': treeV2Vectors,
  'v2/batches.json': batchesV2,
  'v2/malformed.json': malformedV2,
  'v2/results.json': resultsVectors,
  'v2/trade_events.json': tradeEventsV2,
};

/** Path from the repository's root → content. */
export function goldenFiles(): Map<string, string> {
  return new Map(
    Object.entries(vectors).map(([name, make]) => [`tests/golden/${name}`, `${JSON.stringify(make(), null, 2)}\n`]),
  );
}
