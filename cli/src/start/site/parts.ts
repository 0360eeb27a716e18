import type { LaneParts, RunningParts } from '../lane-parts.ts';
import type { RunBase } from '../place/place.ts';
import { siteEngine } from './engine.ts';
import type { SiteFolder } from './folder.ts';
import { writeKey } from './folder.ts';
import { siteRelayer } from './relayer.ts';
import { writeSiteFile } from './site-file.ts';

/** Released relayer and engine as services in a folder; `site.json` appears when both have been started. */
export async function siteParts(
  folder: SiteFolder,
  { lane, chain, surveyed, options }: LaneParts,
  base: RunBase,
): Promise<RunningParts> {
  const { redisUrl, market } = lane;
  await writeKey(folder.adminKey, chain.keys.operator);
  const relayer = await siteRelayer(folder, { ...lane, key: chain.keys.relayer }, base);
  return {
    relayer,
    async startEngine() {
      const engine = await siteEngine(folder, { redisUrl, market, surveyed, options }, base);
      const hasGateway = options.gatewayPort !== undefined;
      writeSiteFile(folder, { chain, market, redisUrl, relayerUrl: relayer.url, hasGateway });
      base.say(`site ${folder.siteFile}: releases can be changed while trades settle`);
      return engine;
    },
  };
}
