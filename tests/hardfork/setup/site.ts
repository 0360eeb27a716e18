import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import type { TradeV1 } from '#client';
import { idl, readMarketHeader } from '#client';
import { acceptedRows } from '#feeder';
import type { Faults, Localnet } from '#localnet';
import { startLocalnet } from '#localnet';
import { freePort } from '../../../cli/src/free-port.ts';
import { releaseFile } from '../../../cli/src/release/program.ts';
import { install, runService, serviceState, want } from '../../../cli/src/service/root.ts';
import { surveyedInput } from '../../../cli/src/start/input.ts';
import { relayerSettings } from '../../../cli/src/start/parts/relayer.ts';
import { marketTerms } from '../../../cli/src/start/terms.ts';
import type { Keys, Venue } from '../../../cli/src/start/venue.ts';
import { newKeys, openVenue } from '../../../cli/src/start/venue.ts';
import { createSender } from '../../../cli/src/transactions.ts';
import { SceneRedis } from '../../e2e/setup/redis.ts';
import type { Running } from '../../rollout/setup/command.ts';
import { run } from '../../rollout/setup/command.ts';
import { until } from '../../support/until.ts';
import { RELEASE } from './packages.ts';

export interface SiteOptions {
  /** What `packedFromSource` made. */
  readonly shelf: string;
  /** What `compiledCommand` made. */
  readonly command: string;
  /** Settlement release to begin with. */
  readonly program: string;
  readonly count: number;
  readonly rate: number;
  readonly slotMs?: number;
  readonly seed?: string;
  readonly faults?: Faults;
}

/** A site with everything around it: a node, a Redis, relayer and engine as services, and trades that keep coming. */
export interface ForkSite {
  readonly dir: string;
  /** Of the site file. */
  readonly file: string;
  readonly chain: Localnet;
  readonly server: SceneRedis;
  readonly redis: Redis;
  readonly venue: Venue;
  readonly keys: Keys;
  /** What the engine writes in all, in order. */
  readonly input: readonly TradeV1[];
  /** Name of the keys in Redis. */
  readonly lane: string;
  readonly relayerRoot: string;
  /** The text of the relayer's settings, as it is now. */
  relayerSettings(): string;
  /** Writes a plan beside the site file. */
  plan(name: string, plan: Readonly<Record<string, unknown>>): string;
  /** A command of the site as a process of its own. */
  start(...words: string[]): Running;
  /** Kills the relayer's process for good; its service starts another one. */
  killRelayer(): Promise<void>;
  /** Takes Redis away and brings it back with its data. */
  restartRedis(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Last trade on the market that the site file names now, confirmed. */
  cursor(): Promise<bigint>;
  close(): Promise<void>;
}

const SLOT_MS = 40;
const FINALIZED_AFTER_SLOTS = 8;
const TRADERS = 8;
const LAMPORTS = 1_000_000_000_000n;
const REMEMBERED = 200_000;
const STOP_MS = 3_000;
const never = new AbortController().signal;

export async function openForkSite(options: SiteOptions): Promise<ForkSite> {
  const endings: (() => unknown)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(options, endings)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(options: SiteOptions, endings: (() => unknown)[]): Promise<Omit<ForkSite, 'close'>> {
  const { shelf, command, count, rate, slotMs = SLOT_MS, seed = '1', faults } = options;
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-fork-'));
  endings.push(() => rmSync(dir, { recursive: true, force: true }));
  const at = (name: string) => join(dir, name);
  const start = { seed, count, rate, traders: TRADERS, once: true, json: true };
  const surveyed = await surveyedInput(start, marketTerms(TRADERS), async () => dir, never);
  const input: TradeV1[] = [];
  for await (const { trade } of acceptedRows(surveyed.input, marketTerms(TRADERS))) input.push(trade);

  const server = await SceneRedis.start();
  endings.push(() => server.close());
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  endings.push(() => redis.disconnect());
  const keys = newKeys();
  const program = new PublicKey(idl.address);
  const chain = await startLocalnet({
    ...{ slotMs, finalizedAfterSlots: FINALIZED_AFTER_SLOTS, limits: { transactions: REMEMBERED } },
    programs: [{ programId: program, file: releaseFile(options.program), upgradeAuthority: keys.operator.publicKey }],
    ...(faults === undefined ? {} : { faults }),
  });
  endings.push(() => chain.close());
  for (const key of [keys.operator, keys.relayer]) chain.airdrop(key.publicKey, LAMPORTS);
  const connection = chain.connection('confirmed');
  const send = createSender(connection, keys.operator, never);
  const venue = await openVenue({
    ...{ connection, send, keys, program },
    ...{ instrument: surveyed.input.instrument, deposits: surveyed.survey.deposits },
  });
  const lane = venue.market.toBase58();

  writeKey(at('admin.json'), keys.operator.secretKey);
  writeKey(at('relayer-key.json'), keys.relayer.secretKey);
  const port = await freePort();
  const place = {
    rpcUrl: chain.rpcUrl,
    wsUrl: chain.wsUrl,
    redisUrl: server.url,
    program,
    market: venue.market,
    slotMs,
  };
  const settings = {
    ...relayerSettings(place, port),
    ...{ keypairFile: at('relayer-key.json'), logLevel: 'info', finalityPollMs: 50, leaseMs: 500 },
  };
  writeFileSync(at('relayer.json'), JSON.stringify(settings), { mode: 0o600 });
  const site = {
    ...{ rpc: chain.rpcUrl, websocket: chain.wsUrl, program: `${program}`, market: lane, redis: server.url },
    ...{ keypair: 'admin.json', engine: { root: 'engine' }, releases: shelf },
    relayer: { root: 'relayer', url: `http://127.0.0.1:${port}`, config: 'relayer.json' },
  };
  writeFileSync(at('site.json'), JSON.stringify(site));

  const service = async (name: 'relayer' | 'engine', packaged: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
    const root = at(name);
    await install(root, join(shelf, packaged, RELEASE));
    want(root, RELEASE);
    const ending = new AbortController();
    const plan = { root, name, args, env: { PATH: process.env.PATH, ...env }, logFile: at(`${name}.log`) };
    const running = runService({ ...plan, stopMs: STOP_MS, signal: ending.signal, say: () => undefined });
    running.catch(() => undefined);
    endings.push(async () => {
      ending.abort(new Error('the site was closed'));
      await running.catch(() => undefined);
    });
  };
  await service('relayer', 'relayer', ['--config', at('relayer.json')]);
  const flow = ['--count', `${count}`, '--seed', seed, '--rate', `${rate}`, '--traders', `${TRADERS}`];
  await service('engine', 'feeder', [...flow, '--journal', at('engine.journal')], {
    REDIS_URL: server.url,
    MARKET: lane,
  });

  const placeNow = () => {
    const now = JSON.parse(readFileSync(at('site.json'), 'utf8')) as { program: string; market: string };
    return { program: new PublicKey(now.program), market: new PublicKey(now.market) };
  };
  const cursor = async () => {
    const now = placeNow();
    return (await readMarketHeader(connection, now.market, 'confirmed', now.program)).value.lastTradeId;
  };
  await until(async () => (await cursor()) > 0n);
  return {
    ...{ dir, chain, server, redis, venue, keys, input, lane, cursor },
    file: at('site.json'),
    relayerRoot: at('relayer'),
    relayerSettings: () => readFileSync(at('relayer.json'), 'utf8'),
    plan(name, plan) {
      const file = at(`${name}.json`);
      writeFileSync(file, JSON.stringify({ site: 'site.json', ...plan }));
      return file;
    },
    start(...words) {
      const running = run(command, words);
      endings.push(() => running.child.kill('SIGKILL'));
      return running;
    },
    async killRelayer() {
      const state = await serviceState(at('relayer'));
      if (state?.pid != null) process.kill(state.pid, 'SIGKILL');
    },
    async restartRedis(signal = 'SIGTERM') {
      await server.stop(signal);
      await server.startAgain();
    },
  };
}

function writeKey(file: string, secret: Uint8Array): void {
  if (!existsSync(file)) writeFileSync(file, JSON.stringify([...secret]), { mode: 0o600 });
}
