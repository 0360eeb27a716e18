import type { TradeId } from '#client';
import { readMarketHeader } from '#client';
import { generationKey, tradeStreamKey } from '#feeder';
import type { StreamEntry } from '#relayer';
import { decodeEntry, inTurn, needsV2 } from '#relayer';
import { fromNode } from '../rpc.ts';
import { laneOf } from './site.ts';
import type { LanePlace } from './step.ts';

/** What of the engine's stream is not on-chain yet, and more than V1 can read or say. */
export interface InTheWay {
  /** Above this trade: the chain's cursor. */
  readonly after: TradeId;
  /** Entries of a schema above 1. */
  readonly ofNewSchema: number;
  /** Trades among them that V1 can't express. */
  readonly v2Only: number;
  readonly firstV2Only: TradeId | undefined;
}

const PAGE = 1_000;

/** Counts at `confirmed` what has not been settled, and at `finalized` what a replay must hold again. */
export async function inTheWay(place: LanePlace, commitment: 'confirmed' | 'finalized'): Promise<InTheWay> {
  const { redis, site } = place;
  const lane = laneOf(site);
  const after = await cursorAt(place, commitment);
  const generation = await redis.get(generationKey(lane));
  const found = { after, ofNewSchema: 0, v2Only: 0, firstV2Only: undefined as TradeId | undefined };
  if (generation === null || !/^\d{1,15}$/.test(generation)) return found;
  const key = tradeStreamKey(lane, BigInt(generation));
  for (let at: TradeId = after; ; ) {
    const page = inTurn(await redis.xrangeBuffer(key, `(${at}-0`, '+', 'COUNT', PAGE), at);
    for (const entry of page) {
      at = entry.tradeId;
      if (entry.schema !== V1_SCHEMA) found.ofNewSchema += 1;
      if (!isV2Only(entry)) continue;
      found.v2Only += 1;
      found.firstV2Only ??= entry.tradeId;
    }
    if (page.length < PAGE) return found;
  }
}

const V1_SCHEMA = '1';

/** What can't be read is a void, in any version. */
const isV2Only = (entry: StreamEntry): boolean => {
  const { trade } = decodeEntry(entry);
  return needsV2(trade);
};

/** The last trade on-chain. */
export async function cursorAt(
  { desk, site }: Omit<LanePlace, 'redis'>,
  commitment: 'confirmed' | 'finalized',
): Promise<TradeId> {
  const { value } = await fromNode(desk.rpcUrl, () =>
    readMarketHeader(desk.connection, site.market, commitment, desk.program),
  );
  return value.lastTradeId;
}
