import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Connection, PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import type { GlobalConfig } from '#client';
import { readConfig } from '#client';
import { controlKey, engineKey } from '#feeder';
import { newestBatch } from '../../../cli/src/rollout/chain.ts';
import type { Operation } from '../../../cli/src/rollout/journal.ts';
import { Journal } from '../../../cli/src/rollout/journal.ts';
import type { Thresholds } from '../../../cli/src/rollout/thresholds.ts';
import { serviceState } from '../../../cli/src/service/root.ts';
import { startProcess } from '../../start/start-process.ts';
import { lockstep } from '../../support/lockstep.ts';
import { until } from '../../support/until.ts';
import type { Ended, Running } from './command.ts';
import { compiledCommand, run } from './command.ts';
import { hurry } from './hurry.ts';

/** More than the slowest machine needs trades for; what is left in the end is settled without a pace. */
const COUNT = 9_000;
const RATE = 15;

/** A rollout that a test sees through in seconds, and that nothing but a fault breaches. */
const EASY: Thresholds = {
  ...{ windowSeconds: 1, holdSeconds: 300, minTrades: 20, minBatches: 3, revertAsV1: true },
  ...{ maxErrorRate: 1, maxRejectedRatio: 1, maxLatencyP95Seconds: 600, maxBlockedSeconds: 600, maxRestarts: 100 },
};

export interface TestSite {
  readonly dir: string;
  /** Of the site file. */
  readonly file: string;
  readonly relayerRoot: string;
  readonly engineRoot: string;
  readonly redis: Redis;
  readonly market: string;
  /** `lockstep rollout` and the like at this site, as a process of its own; without asking. */
  start(command: 'rollout' | 'rollback' | 'emission', ...words: string[]): Running;
  /** To its end. */
  run(command: 'rollout' | 'rollback' | 'emission', ...words: string[]): Promise<Ended>;
  /** A thresholds file: easy ones but for these. */
  thresholds(name: string, change: Partial<Thresholds>): string;
  /** Changes the config past the commands that are tried. */
  config(...words: string[]): Promise<void>;
  configNow(): Promise<GlobalConfig>;
  slotNow(): Promise<bigint>;
  /** Of the last batch that is final; undefined: there is none. */
  lastFinalVersion(): Promise<number | undefined>;
  /** Releases that run: relayer, engine. */
  running(): Promise<readonly (string | null | undefined)[]>;
  engine(): Promise<Record<string, string>>;
  /** Asks the engine past the commands that are tried, and waits for its answer. */
  ask(kind: 'mode' | 'emit', value: string): Promise<void>;
  /** The newest operation that is written down. */
  newest(): Promise<Operation | undefined>;
  /** Has the rest settled, and answers the verified summary; throws unless all is well. */
  summary(): Promise<{ readonly byVersion: Readonly<Record<string, number>> }>;
}

/** A site with the releases before V2, where trades settle. */
export async function openSite(): Promise<TestSite> {
  const compiled = compiledCommand();
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-rollout-'));
  const file = join(dir, 'site', 'site.json');
  const venue = startProcess([
    ...['--site', join(dir, 'site'), '--count', `${COUNT}`, '--rate', `${RATE}`, '--traders', '8'],
    ...['--once', '--json'],
  ]);
  after(async () => {
    venue.child.kill('SIGTERM');
    await venue.ended;
    rmSync(dir, { recursive: true, force: true });
  });
  await Promise.race([
    until(() => existsSync(file)),
    venue.ended.then(({ stderr }) => assert.fail(`the site ended:\n${stderr}`)),
  ]);
  const site = JSON.parse(readFileSync(file, 'utf8'));
  const { rpc, market, keypair } = site;
  const program = new PublicKey(site.program);
  const connection = new Connection(rpc, 'confirmed');
  const lane = new PublicKey(market);
  const redis = new Redis(site.redis, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  after(() => redis.disconnect());
  const main = await compiled;

  const thresholds: TestSite['thresholds'] = (name, change) => {
    const path = join(dir, `${name}.json`);
    writeFileSync(path, JSON.stringify({ ...EASY, ...change }));
    return path;
  };
  const easy = thresholds('easy', {});
  const start: TestSite['start'] = (command, ...words) => {
    const own = words.includes('--site') ? [] : ['--site', file];
    const judged = words.includes('--thresholds') ? [] : ['--thresholds', easy];
    const running = run(main, [command, ...own, ...judged, '--yes', ...words]);
    after(() => running.child.kill('SIGKILL'));
    return running;
  };
  const engine = () => redis.hgetall(engineKey(market));
  await until(async () => Number((await engine()).last_id ?? 0) > 0);
  return {
    ...{ dir, file, redis, market, thresholds, start, engine },
    relayerRoot: site.relayer.root,
    engineRoot: site.engine.root,
    run: (command, ...words) => start(command, ...words).ended,
    async config(...words) {
      const ran = await lockstep('config', ...words, '--rpc', rpc, '--keypair', keypair, '--yes');
      assert.equal(ran.code, 0, ran.stderr);
    },
    slotNow: async () => BigInt(await connection.getSlot('confirmed')),
    configNow: async () => (await readConfig(connection, program, 'confirmed')).value,
    async lastFinalVersion() {
      const desk = { connection, program, rpcUrl: rpc, signal: new AbortController().signal };
      const place = { desk, site: { market: lane } };
      const final = await connection.getSlot('finalized');
      return (
        await newestBatch(
          place,
          ({ slot }) => slot <= final,
          () => false,
        )
      )?.batch.version;
    },
    running: async () => [
      (await serviceState(site.relayer.root))?.running,
      (await serviceState(site.engine.root))?.running,
    ],
    async ask(kind, value) {
      const request = `${kind}-${Math.random()}`;
      await redis.hset(controlKey(market), { v: '1', [kind]: value, [`${kind}_request`]: request });
      await until(async () => (await engine())[`${kind}_request`] === request);
    },
    newest: async () => (await new Journal(join(dir, 'site')).newest())?.operation,
    async summary() {
      const end = await hurry(site.engine.root);
      const { code, stdout, stderr } = await venue.ended;
      end();
      assert.equal(code, 0, stderr);
      const json = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
      assert.deepEqual([json.verified, json.differences, json.pending, json.duplicates], [true, [], 0, 0]);
      assert.equal(json.settled + json.rejected, COUNT);
      return json;
    },
  };
}
