import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateRedis } from '../../cli/src/redis-server.ts';
import type { Cleanup } from '../../cli/src/start/cleanup.ts';
import type { Keys } from '../../cli/src/start/venue.ts';
import { newKeys } from '../../cli/src/start/venue.ts';
import type { Watchdog } from '../../cli/src/watchdog.ts';
import { startWatchdog } from '../../cli/src/watchdog.ts';

/** What a cell has besides its chain; nothing of it is another cell's. */
export interface Desk {
  /** Gone with the cell. */
  readonly dir: string;
  /** Ends what runs should this process be killed. */
  readonly watchdog: Watchdog;
  readonly redisUrl: string;
  readonly keys: Keys;
}

/** @throws LockstepError REDIS_START_FAILED */
export async function openDesk(cleanup: Cleanup): Promise<Desk> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-sim-'));
  cleanup.add(() => rm(dir, { recursive: true, force: true }));
  const watchdog = startWatchdog(dir);
  cleanup.add(() => watchdog.dismiss());
  const redisDir = join(dir, 'redis');
  await mkdir(redisDir, { mode: 0o700 });
  const redis = await startPrivateRedis({ dir: redisDir, watchdog });
  cleanup.add(() => redis.stop());
  return { dir, watchdog, redisUrl: redis.url, keys: newKeys() };
}
