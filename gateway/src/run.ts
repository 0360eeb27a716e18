import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from './config.ts';
import { loadGatewayConfig } from './config.ts';
import type { Gateway, GatewayDeps } from './main.ts';
import { startGateway } from './main.ts';

/** How often the file is read again. */
const READ_EVERY_MS = 1_000;

/**
 * Runs a gateway until it is told to end, always with the settings in the file: when they change it ends and begins anew, as after a hard fork
 * to another program. Settings that make no sense are passed over while it runs.
 * @throws LockstepError CONFIG_INVALID at the start, what `startGateway` throws
 */
export async function runGateway(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  deps: GatewayDeps = {},
): Promise<void> {
  let settings = await loadGatewayConfig(file, env);
  while (!signal.aborted) {
    const gateway = await startGateway(settings, deps);
    const next = await untilChanged(gateway, settings, { file, env, signal });
    await gateway.stop();
    if (next !== undefined) settings = next;
  }
}

/** Undefined when it was told to end. */
async function untilChanged(
  gateway: Gateway,
  settings: GatewayConfig,
  {
    file,
    env,
    signal,
  }: { readonly file: string | undefined; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<GatewayConfig | undefined> {
  while (!signal.aborted) {
    await sleep(READ_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (file === undefined || signal.aborted) continue;
    // A file that is being written is read again.
    const now = await loadGatewayConfig(file, env).catch((error: unknown) => {
      gateway.note('settings that can not be read are passed over', error);
      return settings;
    });
    if (!isDeepStrictEqual(now, settings)) return now;
  }
  return undefined;
}
