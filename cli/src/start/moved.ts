import type { PublicKey } from '@solana/web3.js';
import type { MarketHeader } from '#client';
import { MarketStatus, readConfig, readMarketHeader } from '#client';
import { Held } from '../failure.ts';
import type { Lane } from '../lane-history.ts';

/** A hard fork gave the market to another program, and trades settle there: this run's market is told nothing any more. */
export class MarketMoved extends Held {
  constructor(market: PublicKey, program: PublicKey, next: PublicKey, last: bigint) {
    super(
      'MARKET_MOVED',
      `market ${market} moved to program ${program}, market ${next}, after trade ${last}: this run counts and verifies nothing from there on`,
      `Follow it with \`lockstep status --program ${program} --market ${next}\`; every trade, those of before included, is proved with \`lockstep prove\` there.`,
    );
  }
}

/**
 * Tells when a market was handed over and its successor is open: before that a fork may still be taken back.
 * @throws MarketMoved; what reading refuses
 */
export async function requireStays({ connection, program, market }: Lane, header: MarketHeader): Promise<void> {
  if (header.status !== MarketStatus.Migrated) return;
  const { value: config } = await readConfig(connection, program, 'confirmed');
  const next = { program: config.successor.program, market: header.successorMarket };
  const { value } = await readMarketHeader(connection, next.market, 'confirmed', next.program);
  if (value.status === MarketStatus.Open) throw new MarketMoved(market, next.program, next.market, header.lastTradeId);
}
