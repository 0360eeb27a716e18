import type { SurveyedInput } from './input.ts';
import type { StartOptions } from './options.ts';
import type { RunningEngine } from './parts/engine.ts';
import type { RelayerPlace, RunningRelayer } from './parts/relayer.ts';
import type { ChainPlace } from './place/place.ts';

/** What the processes of a lane are made from. */
export interface LaneParts {
  readonly lane: RelayerPlace;
  readonly chain: ChainPlace;
  readonly surveyed: SurveyedInput;
  readonly options: StartOptions;
}

/** What brings trades to the market and settles them. */
export interface RunningParts {
  readonly relayer: Pick<RunningRelayer, 'blocked' | 'peakMemoryBytes'>;
  readonly startEngine: () => Promise<RunningEngine>;
}
