import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { z } from 'zod';
import { InputError } from '#feeder/input-error';

const address = z.string().transform((text, context) => {
  try {
    return new PublicKey(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no address in base58' });
    return z.NEVER;
  }
});
const httpUrl = z.url({ protocol: /^https?$/ });
const redisUrl = z.url({ protocol: /^rediss?$/ });

const siteSchema = z.strictObject({
  rpc: httpUrl,
  websocket: z.url({ protocol: /^wss?$/ }).optional(),
  program: address,
  market: address,
  lane: address.optional(),
  redis: redisUrl.optional(),
  keypair: z.string().min(1).optional(),
  relayer: z.strictObject({ root: z.string().min(1), url: httpUrl, config: z.string().min(1).optional() }),
  gateway: z.strictObject({ config: z.string().min(1), root: z.string().min(1).optional() }).optional(),
  engine: z.strictObject({ root: z.string().min(1) }),
  releases: z.string().min(1),
});

/**
 * One place where a market settles: its chain, its Redis, and the two services whose releases are changed. Paths are absolute once
 * read; in the file they may be relative to its folder.
 */
export interface Site extends z.infer<typeof siteSchema> {
  readonly redis: string;
  /** Where the file is: its journals are beside it. */
  readonly folder: string;
}

/** What a market's keys in Redis are named by: it stays when a hard fork gives the market another account. */
export const laneOf = ({ market, lane }: Pick<Site, 'market' | 'lane'>): string => (lane ?? market).toBase58();

/** Overrules the file's `redis`: the place for a URL with a password. */
const REDIS_ENV = 'LOCKSTEP_REDIS_URL';

/** @throws InputError SITE_UNREADABLE; it never quotes a value, since a URL may hold a password */
export async function readSite(file: string, env: NodeJS.ProcessEnv): Promise<Site> {
  const site = siteSchema.safeParse(await contentOf(file));
  if (!site.success) {
    const [issue] = site.error.issues;
    throw unreadable(file, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const redis = env[REDIS_ENV] ?? site.data.redis;
  if (redis === undefined) throw unreadable(file, `redis: missing, and ${REDIS_ENV} is not set`);
  if (!redisUrl.safeParse(redis).success) throw unreadable(file, 'redis: is no redis:// or rediss:// URL');
  const folder = dirname(resolve(file));
  const { keypair, relayer, gateway, engine, releases } = site.data;
  const { config } = relayer;
  return {
    ...site.data,
    redis,
    folder,
    ...(keypair === undefined ? {} : { keypair: resolve(folder, keypair) }),
    relayer: {
      ...relayer,
      root: resolve(folder, relayer.root),
      ...(config === undefined ? {} : { config: resolve(folder, config) }),
    },
    ...(gateway === undefined ? {} : { gateway: gatewayAt(folder, gateway) }),
    engine: { root: resolve(folder, engine.root) },
    releases: resolve(folder, releases),
  };
}

const gatewayAt = (folder: string, { config, root }: NonNullable<z.infer<typeof siteSchema>['gateway']>) => ({
  config: resolve(folder, config),
  ...(root === undefined ? {} : { root: resolve(folder, root) }),
});

async function contentOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    // A syntax error quotes what it found.
    throw unreadable(file, error instanceof Error && 'code' in error ? reasonOf(`${error.code}`) : 'not valid JSON');
  }
}

/** Of what the system says about a file, for people. */
export const reasonOf = (code: string): string => (code === 'ENOENT' ? 'there is no such file (ENOENT)' : code);

const unreadable = (file: string, why: string): InputError =>
  new InputError(
    'SITE_UNREADABLE',
    `${file}: ${why}`,
    'Give the site file with --site; docs/reference/rollout.md shows one, `npm start -- --site DIR` writes one.',
  );
