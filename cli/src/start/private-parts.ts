import { inputSource } from '#feeder';
import type { LaneParts, RunningParts } from './lane-parts.ts';
import { startEngine } from './parts/engine.ts';
import { privateRelayer } from './parts/relayer.ts';
import type { RunBase } from './place/place.ts';
import { marketTerms } from './terms.ts';

/** The relayer of this checkout as a process, and the engine in this one. */
export async function privateParts(
  { lane, chain, surveyed, options }: LaneParts,
  base: RunBase,
): Promise<RunningParts> {
  const relayer = await privateRelayer({ ...base, ...lane, key: chain.keys.relayer });
  base.say(`relayer (pid ${relayer.pid}) settles it`);
  const { redisUrl, market } = lane;
  const source = inputSource(surveyed.input, marketTerms(options.traders));
  return { relayer, startEngine: () => startEngine({ ...base, redisUrl, market, source, rate: options.rate }) };
}
