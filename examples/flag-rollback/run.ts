/** V2 on and off by a transaction, then the emergency plan: `npx tsx examples/flag-rollback/run.ts`. */
import { fileURLToPath } from 'node:url';
import { lockstep, openSite, until } from '../site.ts';

const thresholds = fileURLToPath(new URL('../phased-rollout/thresholds.json', import.meta.url));
const [count = '15000', rate = '150'] = process.argv.slice(2);

const site = await openSite(['--count', count, '--rate', rate]);
try {
  const byAdmin = [...site.place.slice(0, 4), '--keypair', site.keypair, '--yes'];
  const settlesMore = async (version: number) => {
    const before = await site.batches(version);
    await until(async () => (await site.batches(version)) > before);
    console.log(`V${version} settles`);
  };
  await lockstep('rollout', '--site', site.file, '--thresholds', thresholds, '--yes', '--through', '2');

  console.log('\nthe flag: the relayer follows, nothing is restarted');
  await lockstep('emission', '1', '--drain', '--site', site.file);
  await lockstep('config', 'set-versions', 'V1', ...byAdmin);
  await settlesMore(1);
  await lockstep('config', 'set-versions', 'V1+V2', ...byAdmin);
  await settlesMore(2);
  await lockstep('emission', '2', '--site', site.file);

  console.log('\nthe emergency plan: the releases before, V1, proof');
  const { seconds } = await lockstep('rollback', '--site', site.file, '--as-v1', '--reason', 'an example', '--yes');
  console.log(`rolled back in ${seconds} s`);

  const { accepted, settled, pending, duplicates, byVersion, verified } = await site.ended;
  console.log(JSON.stringify({ accepted, settled, pending, duplicates, byVersion, verified }));
  if (verified !== true) throw new Error('the chain is not what the input makes of it');
} finally {
  await site.close();
}
