// Proves: the committed packages are what their manifests say and start; the same tree packs to the same bytes; what cannot be packed is
// refused; a package speaks what its manifest says: 0.1.0 settles as V1 what 0.2.0 settles as V2, and halts by name at what it cannot read.
// Does not prove: that source and package are the same: a release stays what it was. That an altered package is refused:
// tests/service/install.test.ts.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, test } from 'node:test';
import { OrderType, readMarketHeader, settlementInstructions } from '#client';
import { encodeTradeEvent, SCHEMA_V2 } from '#feeder';
import { freePort } from '../../cli/src/free-port.ts';
import { ENVIRONMENTS, releaseIn } from '../../cli/src/release/environments.ts';
import { PACKAGED_FOR_NODE, packageFolder, readPackage } from '../../cli/src/release/package.ts';
import { install, installedFolder } from '../../cli/src/service/root.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { checkPackages } from '../../tools/release-node/check.ts';
import { pack } from '../../tools/release-node/pack.ts';
import type { World } from '../relayer/venue.ts';
import { openWorld } from '../relayer/venue.ts';
import { until } from '../support/until.ts';

const repo = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'lockstep-packages-'));
after(() => rmSync(work, { recursive: true, force: true }));

test('every committed package is whole, unpacks and starts', async () => {
  assert.deepEqual(await checkPackages(), []);
});

test('environments.json names packages that exist, and what they speak is highest first', async () => {
  for (const environment of ENVIRONMENTS) {
    for (const name of PACKAGED_FOR_NODE) {
      const { manifest } = await readPackage(packageFolder(name, releaseIn(environment, name)));
      assert.deepEqual(manifest.speaks, environment === 'deployed' ? [1] : [2, 1]);
    }
  }
});

test('the C++ engine needs nothing but the C library', async (t) => {
  const { semver } = await install(join(work, 'engine'), packageFolder('engine', '0.2.0'));
  const program = join(installedFolder(join(work, 'engine'), semver), 'lockstep-engine');
  const { stdout, error } = spawnSync('ldd', [program], { encoding: 'utf8' });
  if (error !== undefined) return t.skip('there is no ldd');
  const libraries = [...stdout.matchAll(/^\s*(\S+?)[.-]\S*.*$/gm)].map(([, name]) => name?.split('/').at(-1));
  for (const name of libraries) assert.match(name ?? '', /^(linux-vdso|linux|libc|libm|ld)$/, stdout);
});

test('the same tree packs to the same bytes', async () => {
  const wanted = { name: 'feeder', semver: '0.2.0' } as const;
  const [one, other] = [await pack(repo, wanted, join(work, 'one')), await pack(repo, wanted, join(work, 'other'))];
  assert.deepEqual(one, other);
  await readPackage(join(work, 'one'));
});

test('what cannot be packed is refused, and nothing is written', () => {
  const tool = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(repo, 'tools/release-node.ts'), ...args], {
      encoding: 'utf8',
      cwd: repo,
    });
  for (const [args, message] of [
    [[], /give relayer or feeder and a version/],
    [['gateway', '0.2.0'], /give relayer or feeder and a version/],
    [['relayer', '0.2.0'], /relayer 0\.2\.0 exists/],
    [['relayer', '9.9.9'], /9\.9\.9 is none of 0\.1\.0, 0\.2\.0/],
    [['--nope'], /nope/],
  ] as const) {
    const { status, stderr } = tool(...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, message);
  }
});

/** A released relayer at work, as an operator starts it by hand. */
async function startPackage(t: TestContext, world: World, semver: string) {
  const root = join(work, 'roots');
  await install(root, packageFolder('relayer', semver));
  const dir = mkdtempSync(join(work, 'run-'));
  const keypairFile = join(dir, 'key.json');
  writeFileSync(keypairFile, JSON.stringify([...world.keys.relayer.secretKey]), { mode: 0o600 });
  const httpPort = await freePort();
  const { keypairEnv: _, ...settings } = world.settings({ leaseMs: 1_000, httpPort });
  writeFileSync(join(dir, 'relayer.json'), JSON.stringify({ ...settings, keypairFile }));
  const main = join(root, 'releases', semver, 'main.mjs');
  const log = join(dir, 'log');
  const child = spawn(
    '/bin/sh',
    ['-c', 'exec "$@" 2> "$LOG"', 'sh', process.execPath, main, '--config', join(dir, 'relayer.json')],
    {
      env: { PATH: process.env.PATH, LOG: log },
      stdio: 'ignore',
    },
  );
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const status = async (): Promise<Record<string, unknown>> => {
    try {
      return (await (await fetch(`http://127.0.0.1:${httpPort}/status`)).json()) as Record<string, unknown>;
    } catch {
      return {};
    }
  };
  return { child, exit, status, log: () => readFileSync(log, 'utf8') };
}

async function untilSettled({ venue }: World, id: bigint): Promise<void> {
  await until(
    async () => (await readMarketHeader(venue.connection, venue.market, 'confirmed')).value.lastTradeId >= id,
  );
}

test('0.1.0 speaks V1 alone; 0.2.0 goes on where it stopped', async (t) => {
  const world = await openWorld(t, { release: '0.2.0' });
  const { operator } = world.keys;
  const { setAllowedVersions } = settlementInstructions(world.venue.program);
  await world.land(operator, setAllowedVersions({ admin: operator.publicKey, allowedBatchVersions: 3 }));

  const old = await startPackage(t, world, '0.1.0');
  await world.publish([1, 2, 3].map((id) => trade(id, { buyer: id % 4, seller: (id + 1) % 4 })));
  await untilSettled(world, 3n);
  await until(async () => (await world.versions()).length > 0);
  assert.deepEqual(new Set(await world.versions()), new Set([1]), 'V2 is allowed, and not spoken');
  const { release, speaks } = await old.status();
  assert.deepEqual([release, speaks], ['0.1.0', [1]]);
  const order = { orderType: OrderType.ImmediateOrCancel, feeTier: 1 };
  const event = encodeTradeEvent({ ...trade(4), ...order }, SCHEMA_V2);
  await world.publishRaw(4, ['v', SCHEMA_V2, 'p', event]);
  assert.equal(await old.exit, 1);
  assert.match(old.log(), /^SCHEMA_UNKNOWN: trade 4 has schema 2, spoken here: 1$/m);

  const next = await startPackage(t, world, '0.2.0');
  await untilSettled(world, 4n);
  assert.equal((await next.status()).release, '0.2.0');
  // A node lists a transaction when its block is confirmed, a moment after it shows what the transaction did.
  await until(async () => (await world.versions()).at(-1) === 2);
  next.child.kill('SIGTERM');
  assert.equal(await next.exit, 0, next.log());
  await world.requireSound();
});
