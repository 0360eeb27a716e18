import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startPrivateRedis } from '../../redis-server.ts';
import type { Part } from '../../supervise/supervise.ts';
import { supervise } from '../../supervise/supervise.ts';
import type { Watchdog } from '../../watchdog.ts';
import type { Cleanup } from '../cleanup.ts';

export interface RedisPlan {
  /** Path of redis-server. */
  readonly command: string;
  /** The run's own folder. */
  readonly dir: string;
  readonly watchdog: Watchdog;
  readonly cleanup: Cleanup;
  readonly say: (line: string) => void;
  readonly fail: (error: unknown) => void;
}

export interface RunningRedis {
  readonly url: string;
  /** For people. */
  readonly description: string;
}

/**
 * A redis-server of the run's own. One that ends is started again on its port with its append-only file; what the file had not
 * got yet (a second at most) relayer and engine find out from the chain.
 * @throws LockstepError REDIS_START_FAILED
 */
export async function privateRedis({
  command,
  watchdog,
  cleanup,
  say,
  fail,
  ...plan
}: RedisPlan): Promise<RunningRedis> {
  const dir = join(plan.dir, 'redis');
  await mkdir(dir, { mode: 0o700 });
  let port: number | undefined;
  const start = async (): Promise<Part> => {
    const server = await startPrivateRedis({ command, dir, watchdog, ...(port === undefined ? {} : { port }) });
    port = server.port;
    // A server that answered once does not end by itself.
    return { pid: server.pid, ended: server.exited.then((how) => ({ how, isKill: true })), stop: server.stop };
  };
  const redis = await supervise({ name: 'redis-server', start, say, fail });
  cleanup.add(redis.stop);
  const url = `redis://127.0.0.1:${port}`;
  return { url, description: `${url} (pid ${redis.pid})` };
}
