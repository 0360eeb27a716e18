/** From V1 to V2 under load, in three phases: `npx tsx examples/phased-rollout/run.ts`. */
import { fileURLToPath } from 'node:url';
import { lockstep, openSite } from '../site.ts';

const thresholds = fileURLToPath(new URL('thresholds.json', import.meta.url));
const [count = '12000', rate = '150'] = process.argv.slice(2);

const site = await openSite(['--count', count, '--rate', rate]);
try {
  const rollout = ['rollout', '--site', site.file, '--thresholds', thresholds, '--yes'];
  await lockstep(...rollout, '--through', '1');
  await lockstep(...rollout, '--through', '2');
  await lockstep(...rollout, '--through', '3');

  const { accepted, settled, pending, duplicates, byVersion, verified } = await site.ended;
  console.log(JSON.stringify({ accepted, settled, pending, duplicates, byVersion, verified }));
  if (verified !== true) throw new Error('the chain is not what the input makes of it');
} finally {
  await site.close();
}
