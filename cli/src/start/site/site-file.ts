import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PublicKey } from '@solana/web3.js';
import { RELEASES } from '../../release/folder.ts';
import { replaceFile } from '../../service/replace-file.ts';
import type { ChainPlace } from '../place/place.ts';
import type { SiteFolder } from './folder.ts';

export interface SiteFacts {
  readonly chain: Pick<ChainPlace, 'rpcUrl' | 'wsUrl' | 'program'>;
  readonly market: PublicKey;
  /** May hold a password: the file is its owner's only. */
  readonly redisUrl: string;
  readonly relayerUrl: string;
  /** The run has one; it follows its settings. */
  readonly hasGateway: boolean;
}

/** Says where everything is, once it is there. */
export function writeSiteFile(
  folder: SiteFolder,
  { chain, market, redisUrl, relayerUrl, hasGateway }: SiteFacts,
): void {
  const site = {
    rpc: chain.rpcUrl,
    ...(chain.wsUrl === undefined ? {} : { websocket: chain.wsUrl }),
    program: chain.program.toBase58(),
    market: market.toBase58(),
    redis: redisUrl,
    keypair: folder.adminKey,
    relayer: { root: folder.relayerRoot, url: relayerUrl, config: folder.relayerConfig },
    ...(hasGateway ? { gateway: { config: folder.gatewayConfig } } : {}),
    engine: { root: folder.engineRoot },
    releases: resolve(fileURLToPath(RELEASES)),
  };
  replaceFile(folder.siteFile, `${JSON.stringify(site, null, 2)}\n`);
}
