// Proves: `lockstep ping --batch` lands a batch without trades over a lane that stands still, which takes one sequence and moves nothing else, and the
// relayer goes on behind it; while the lane is live or draining, settlement is paused, V2 is not allowed, a hard fork is under way, or no site is named, it is
// refused and sends nothing.
// Does not prove: what is compared and how it is told (ping.test.ts), what the program does with it (tests/program).
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readMarketHeader, settlementInstructions, tradeId } from '#client';
import { beginMaintenance, endMaintenance, restoreMaintenance } from '#relayer';
import type { Operation } from '../../cli/src/rollout/journal.ts';
import { Journal } from '../../cli/src/rollout/journal.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { openWorld } from '../relayer/venue.ts';
import { lockstep } from '../support/lockstep.ts';
import { until } from '../support/until.ts';

const world = await openWorld({ after }, { release: '0.2.0' });
const { chain, keys, market: lane, redis, venue } = world;
const dir = mkdtempSync(join(tmpdir(), 'lockstep-ping-batch-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const at = (name: string) => join(dir, name);
writeFileSync(at('relayer.json'), JSON.stringify([...keys.relayer.secretKey]), { mode: 0o600 });
const site = {
  ...{ rpc: chain.rpcUrl, program: `${venue.program}`, market: lane, redis: `redis://127.0.0.1:${world.redisPort}` },
  ...{ relayer: { root: 'relayer', url: 'http://127.0.0.1:1' }, engine: { root: 'engine' }, releases: 'releases' },
};
writeFileSync(at('site.json'), JSON.stringify(site));

const authority = keys.operator.publicKey;
const build = settlementInstructions(venue.program);
const header = async () => (await readMarketHeader(chain.connection('confirmed'), venue.market, 'confirmed')).value;
async function ping(...words: string[]) {
  const { code, stdout, stderr } = await lockstep(
    'ping',
    '--batch',
    '--keypair',
    at('relayer.json'),
    '--json',
    ...words,
  );
  return { code, stderr, json: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') };
}
const here = ['--site', at('site.json')];

/** Refused with this code; nothing was sent. */
async function refused(code: string, exit: number, ...words: string[]): Promise<void> {
  const before = await header();
  const { json, stderr, code: ended } = await ping(...words);
  assert.deepEqual([ended, json.error?.code], [exit, code], stderr);
  assert.deepEqual(await header(), before);
}
const trades = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => trade(first + i, { buyer: i % 4, seller: (i + 1) % 4 }));

test('without a site nobody knows whether the lane stands still', async () => {
  const elsewhere = ['--rpc', chain.rpcUrl, '--program', `${venue.program}`, '--market', lane];
  await refused('OPTION_MISSING', 2, ...elsewhere);
});

test('a lane that is live, or drains, is left alone', async () => {
  await refused('LANE_NOT_STILL', 1, ...here);
  await beginMaintenance(redis, lane, { id: 'drains', owner: 'ops', reason: 'x' });
  await refused('LANE_NOT_STILL', 1, ...here);
  await endMaintenance(redis, lane, 'drains');
});

test('it lands while the relayer stands still, which then goes on behind it', async () => {
  await world.start();
  await world.publish(trades(1, 40));
  await until(async () => (await header()).lastTradeId === 40n);
  const maintenance = { id: 'still', phase: 'ready', cut: tradeId(40), owner: 'ops', reason: 'x' } as const;
  await restoreMaintenance(redis, lane, { ...maintenance, startedMs: 1, phaseMs: 1 });

  await world.land(keys.operator, build.setAllowedVersions({ admin: authority, allowedBatchVersions: 1 }));
  await refused('VersionNotAllowed', 1, ...here);
  await world.land(keys.operator, build.setAllowedVersions({ admin: authority, allowedBatchVersions: 3 }));
  await world.land(keys.operator, build.setPaused({ authority, isPaused: true }));
  await refused('Paused', 1, ...here);
  await world.land(keys.operator, build.setPaused({ authority, isPaused: false }));

  const before = await header();
  const { code, json, stderr } = await ping(...here);
  assert.equal(code, 0, stderr);
  assert.deepEqual([json.outcome, json.kind, json.nonce], ['landed', 'batch', null]);
  const now = await header();
  assert.equal(json.root, Buffer.from(now.tree.root).toString('hex'));
  assert.deepEqual(
    [now.nextSequence, now.lastTradeId, now.baseLotsTotal, now.quoteAtomsTotal],
    [before.nextSequence + 1n, before.lastTradeId, before.baseLotsTotal, before.quoteAtomsTotal],
  );

  await endMaintenance(redis, lane, 'still');
  await world.publish(trades(41, 80));
  await until(async () => (await header()).lastTradeId === 80n);
  await world.requireSound();
});

test('while a hard fork is under way nobody moves the sequence', async () => {
  const maintenance = { id: 'fork', phase: 'verifying', cut: tradeId(80), owner: 'ops', reason: 'x' } as const;
  await restoreMaintenance(redis, lane, { ...maintenance, startedMs: 1, phaseMs: 1 });
  const fork: Operation = {
    ...{ v: 1, kind: 'hardfork', state: 'failed', startedAt: new Date(0).toISOString(), by: 'ops', reason: 'x' },
    ...{ target: {}, previous: { relayer: '0.2.0', engine: '0.2.0' } },
    steps: [{ name: 'flush', state: 'begun', at: new Date(0).toISOString(), evidence: {} }],
  };
  await new Journal(dir).begin(fork);
  await refused('HARDFORK_UNFINISHED', 1, ...here);
});
