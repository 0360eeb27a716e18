import { InvalidArgumentError } from 'commander';
import type { FeeTier } from '#client';

/** New rates by tier number; a tier that is not named stays as it is. */
export type FeeEdit = ReadonlyMap<number, FeeTier>;

/** Rates are u16 on-chain; which of them are too high is for the program to say. */
const U16_MAX = 65_535;

/** Reads `0=2/10`: tier 0, maker 2 bps, taker 10 bps; several joined by commas. */
export function feeEdit(text: string, before: FeeEdit = new Map()): FeeEdit {
  const edit = new Map(before);
  for (const one of text.split(',')) {
    const [, tier, maker, taker] = /^([0-3])=(\d{1,5})\/(\d{1,5})$/.exec(one) ?? [];
    if (tier === undefined || Number(maker) > U16_MAX || Number(taker) > U16_MAX) {
      throw new InvalidArgumentError(
        `"${one}" must be TIER=MAKER/TAKER: a tier of 0 to 3 and its rates in bps, as in 0=2/10.`,
      );
    }
    if (edit.has(Number(tier))) throw new InvalidArgumentError(`Tier ${tier} is given twice.`);
    edit.set(Number(tier), { makerBps: Number(maker), takerBps: Number(taker) });
  }
  return edit;
}

export const withFees = (tiers: readonly FeeTier[], edit: FeeEdit): readonly FeeTier[] =>
  tiers.map((tier, number) => edit.get(number) ?? tier);
