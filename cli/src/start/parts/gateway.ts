import { writeFile } from 'node:fs/promises';
import type { GatewayConfigInput } from '#gateway';
import { isDebug } from '../../debug.ts';
import { freePort } from '../../free-port.ts';
import { supervise } from '../../supervise/supervise.ts';
import type { RunBase } from '../place/place.ts';
import { foreignVariables, startCommand } from './command-process.ts';
import type { RelayerPlace } from './relayer.ts';

export interface GatewayPlan extends Pick<RelayerPlace, 'rpcUrl' | 'redisUrl' | 'program' | 'market'> {
  /** 0 for any free one. */
  readonly port: number;
  /** Where its settings are written: it follows them. */
  readonly configFile: string;
}

const HOST = '127.0.0.1';
const KILL_AFTER_MS = 5_000;

/** `lockstep gateway` as a process of its own, started again when it ends. */
export async function startGateway(plan: GatewayPlan, base: RunBase): Promise<void> {
  const port = plan.port === 0 ? await freePort() : plan.port;
  const { configFile, rpcUrl, redisUrl, program, market } = plan;
  const settings: GatewayConfigInput = {
    ...{ host: HOST, port, rpcUrl, redisUrl },
    ...{ programId: program.toBase58(), market: market.toBase58(), logLevel: isDebug() ? 'debug' : 'warn' },
  };
  await writeFile(configFile, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  const start = async () =>
    startCommand({
      command: 'gateway',
      args: ['--config', configFile],
      env: foreignVariables(),
      killAfterMs: KILL_AFTER_MS,
      watchdog: base.watchdog,
    });
  const gateway = await supervise({ name: 'gateway', start, say: base.say, fail: base.fail });
  base.cleanup.add(gateway.stop);
  const url = `http://${HOST}:${port}`;
  base.say(`gateway (pid ${gateway.pid}) at ${url}: ${url}/maintenance, websocket ${url.replace('http', 'ws')}/feed`);
}
