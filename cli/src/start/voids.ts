import type { DecodedBatch, TradeV1 } from '#client';
import { asV2, encodeBatchV1, encodeBatchV2, explainResult } from '#client';
import type { AcceptedRow } from '#feeder';
import type { BatchRecord } from '../lane-history.ts';
import { resultName } from '../trade-proof.ts';
import type { Differences } from './differences.ts';

/** What the relayer noted about a void, by trade id. */
export type DeadLetterCodes = ReadonlyMap<bigint, { readonly code: string; readonly reason: string }>;

/** A trade of the input that is void on-chain, or was passed over there. */
export interface VoidedTrade {
  readonly tradeId: bigint;
  /** The input's own id of it. */
  readonly reference: string;
  readonly line: number;
  /** The program's refusal or result, what was wrong with its entry in the stream, or UNEXPLAINED. */
  readonly code: string;
  readonly reason: string;
}

/** Decides of every void whether the input, or what was in the stream, explains it; what the program passed over is its own word. */
export interface VoidJudge {
  /**
   * Looks at a batch before it is settled.
   * @param refusalOf why the model would not settle the last trade of a payload now; undefined when it would
   */
  look(record: Pick<BatchRecord, 'batch' | 'codes'>, refusalOf: (data: Uint8Array) => string | undefined): void;
  voids(): readonly VoidedTrade[];
}

/** The entry was no trade that anybody could have settled: what was there was not what the engine has under this id. */
const BAD_ENTRY_CODES: ReadonlySet<string> = new Set(['TRADE_MALFORMED']);

/** @param rows what the input wanted of the ids that did not settle */
export function createVoidJudge(
  rows: ReadonlyMap<bigint, AcceptedRow>,
  deadLetters: DeadLetterCodes,
  differences: Differences,
): VoidJudge {
  const voids: VoidedTrade[] = [];
  const judged = ({ trade: { tradeId }, reference, line }: AcceptedRow, refusal: string | undefined) => {
    const noted = deadLetters.get(tradeId);
    const place = { tradeId, reference, line };
    if (refusal !== undefined) {
      voids.push({ ...place, code: refusal, reason: noted?.reason ?? 'the model refuses it too' });
    } else if (noted !== undefined && BAD_ENTRY_CODES.has(noted.code)) {
      voids.push({ ...place, ...noted });
    } else {
      const reason = noted === undefined ? 'unknown: nothing was noted about it' : `${noted.code}: ${noted.reason}`;
      voids.push({ ...place, code: 'UNEXPLAINED', reason });
      differences.add(`trade ${tradeId}`, 'settled, as the model would', `void, reason ${reason}`);
    }
  };
  return {
    look({ batch, codes }, refusalOf) {
      for (const [at, { tradeId, quantity }] of batch.trades.entries()) {
        const row = rows.get(tradeId);
        if (row === undefined) continue;
        if (quantity === 0n) judged(row, refusalOf(upTo(batch, at, row.trade)));
        else voids.push(skipped(row, codes[at] ?? 0));
      }
    },
    voids: () => voids,
  };
}

/** The batch as it would be with `last` in place of its trade at `at`, and nothing behind it. */
function upTo(batch: DecodedBatch, at: number, last: TradeV1): Uint8Array {
  if (batch.version === 1) return encodeBatchV1({ ...batch, trades: [...batch.trades.slice(0, at), last] });
  return encodeBatchV2({ ...batch, trades: [...batch.trades.slice(0, at), asV2(last)] });
}

function skipped({ trade: { tradeId }, reference, line }: AcceptedRow, code: number): VoidedTrade {
  return { tradeId, reference, line, code: resultName(code), reason: explainResult(code).message };
}
