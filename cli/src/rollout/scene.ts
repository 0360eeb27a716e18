import type { Redis } from 'ioredis';
import { connectRedis, createLogger } from '#relayer';
import type { Desk } from '../operator/desk.ts';
import { authorityOf } from '../operator/signing.ts';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { connect } from '../rpc.ts';
import { catchInterrupts } from '../start/interrupt.ts';
import { PATIENCE } from './patience.ts';
import type { Site } from './site.ts';
import { readSite } from './site.ts';
import type { Scene } from './step.ts';
import { readThresholds } from './thresholds.ts';

export interface SiteOptions {
  readonly site: string;
  readonly thresholds: string;
  readonly prometheus?: string;
  readonly keypair?: string;
  readonly json: boolean;
}

/** Everything of a scene but its journal. */
export type Stage = Omit<Scene, 'operation' | 'requireInCharge'>;

/**
 * Works at the site that is named; its connections end with the work. `needsKey` false: nothing is signed.
 * @throws InputError SITE_UNREADABLE, THRESHOLDS_UNREADABLE; LockstepError REDIS_UNREACHABLE, SIGNER_MISSING and what keys are refused for
 */
export async function atSite<T>(
  options: SiteOptions,
  streams: Streams,
  needsKey: boolean,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const site = await readSite(options.site, process.env);
  const thresholds = await readThresholds(options.thresholds);
  const keypair = needsKey ? (options.keypair ?? site.keypair) : undefined;
  const signing = { ...(keypair === undefined ? {} : { keypair }), export: false, dryRun: !needsKey };
  const authority = await authorityOf(signing, process.env);
  const { signal, release } = catchInterrupts();
  let redis: Redis | undefined;
  try {
    redis = await connectRedis(site.redis, 'impatient', createLogger('silent'));
    const desk = deskOf(site, options, streams, signal);
    const { prometheus } = options;
    return await work({ desk, site, redis, authority, keypair, thresholds, patience: PATIENCE, prometheus });
  } finally {
    redis?.disconnect();
    release();
  }
}

const deskOf = (site: Site, { json }: SiteOptions, streams: Streams, signal: AbortSignal): Desk => ({
  connection: connect(site.rpc),
  rpcUrl: site.rpc,
  program: site.program,
  output: createOutput(json, streams),
  stdin: streams.stdin,
  signal,
});
