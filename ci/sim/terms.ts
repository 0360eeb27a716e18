import type { PublicKey } from '@solana/web3.js';
import type { InitializeArgs } from '#client';
import { baseLots, quoteAtoms, VersionBit } from '#client';
import type { Deposit, Instrument } from '#feeder';
import { instrumentOf, parseStep } from '#feeder';

/** What the reference engines trade without being told: docs/reference/engine.md, "Trying an engine". */
export const TICK = '0.01';
export const LOT = '0.0001';
export const TRADERS = 64;
/** Reference engines leave out a trade that its deposit can't pay at this fee. */
export const TAKER_BPS = 10;

export const INSTRUMENT: Instrument = instrumentOf(parseStep(TICK, 'tick'), parseStep(LOT, 'lot'));

/** Another fee on each side of each tier: a tier that is lost, or a side that is mixed up, shows in a balance. */
const FEE_TIERS = [
  { makerBps: 0, takerBps: TAKER_BPS },
  { makerBps: 1, takerBps: 9 },
  { makerBps: 2, takerBps: 7 },
  { makerBps: 3, takerBps: 25 },
];

/** Half of what a mint can have, over all traders: no engine of this instrument trades that much in a run. */
const ALL_DEPOSITS = 2n ** 63n;

export const depositOfEach = (): Deposit => {
  const each = ALL_DEPOSITS / BigInt(TRADERS);
  return { baseLots: baseLots(each / INSTRUMENT.baseLotAtoms), quoteAtoms: quoteAtoms(each) };
};

/** As a market is before V2 is switched on; or as it is when V1 is off. */
export const simConfig = (
  keys: { readonly admin: PublicKey; readonly guardian: PublicKey; readonly relayer: PublicKey },
  allowedBatchVersions: number = VersionBit.V1,
): InitializeArgs => ({
  admin: keys.admin,
  guardian: keys.guardian,
  activeRelayer: keys.relayer,
  allowedBatchVersions,
  minBatchSize: 1,
  maxBatchAgeSlots: 10n,
  withdrawalDelaySlots: 10n,
  feeTiers: FEE_TIERS,
});
