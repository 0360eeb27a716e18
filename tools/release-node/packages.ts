import type { PackagedForNode } from '../../cli/src/release/package.ts';
import type { Bundle } from './bundle.ts';

/** What a package is made of, whatever its version. */
type Source = Pick<Bundle, 'entry' | 'assets'>;

const PROTO = ['proto/lockstep/trade_v1.proto', 'proto/lockstep/trade_v2.proto'];
const IDL = 'idl/settlement.json';
const FEEDER_SCRIPTS = ['feeder/src/control', 'feeder/src/orders', 'feeder/src/stream'];

export const SOURCES: Readonly<Record<PackagedForNode, Source>> = {
  relayer: { entry: 'cli/src/standalone/relayer.ts', assets: [IDL, ...PROTO] },
  feeder: { entry: 'cli/src/standalone/feeder.ts', assets: [IDL, ...PROTO, ...FEEDER_SCRIPTS] },
};

/** Versions this tree can be released as, with what they speak: 0.1.0 is the build that does not know V2. */
export const SPEAKS: Readonly<Record<string, readonly number[]>> = { '0.1.0': [1], '0.2.0': [2, 1] };
