import { configNow } from './chain.ts';
import type { Stage } from './scene.ts';
import { siteError } from './wait.ts';

/**
 * Before anything is written down: a stranger's attempt must not take over from an operation that runs.
 * @throws LockstepError NotAdmin
 */
export async function requireAdmin(stage: Stage): Promise<void> {
  const { admin } = await configNow(stage);
  const { address } = stage.authority;
  if (address?.equals(admin) === true) return;
  throw siteError(
    'NotAdmin',
    `the admin is ${admin}, and ${address ?? 'nobody'} signs`,
    'Give the key of the admin with --keypair. Nothing was changed.',
  );
}
