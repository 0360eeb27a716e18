/**
 * A relayer as a process of its own. Its arguments name the settings file; it starts at the first line of standard input, so
 * that it can be loaded before its turn. Lines, in and out, are JSON: see relayer-process.ts.
 */
import { createInterface } from 'node:readline';
import { loadRelayerConfig, startRelayer } from '#relayer';
import { createKillSwitch } from './kill-switch.ts';
import type { Order, Word } from './relayer-process.ts';

/** How often the status is looked at. */
const LOOK_MS = 5;

const say = (word: Word) => void process.stdout.write(`${JSON.stringify(word)}\n`);
const killSwitch = createKillSwitch();
const orders = createInterface(process.stdin);
const started = new Promise<void>((resolve) => {
  orders.on('line', (line) => {
    const { killAt } = JSON.parse(line) as Order;
    if (killAt !== undefined) killSwitch.arm(killAt);
    say({ heard: true });
    resolve();
  });
});
// Whoever gives orders is gone.
orders.on('close', () => process.exit(1));

await started;
try {
  const config = await loadRelayerConfig(process.argv[2], process.env);
  const relayer = await startRelayer(config, { env: process.env, ...killSwitch.wraps });
  process.on('SIGTERM', () => void relayer.stop());
  let said = '';
  const look = setInterval(() => {
    const { state, lastTradeId, blocked } = relayer.status();
    const { httpUrl } = relayer;
    const status = {
      ...{ state, settled: `${lastTradeId}` },
      ...(blocked !== undefined && { blocked: blocked.code }),
      ...(httpUrl !== undefined && { httpUrl }),
    };
    if (JSON.stringify(status) === said) return;
    said = JSON.stringify(status);
    say({ status });
  }, LOOK_MS);
  await relayer.done.finally(() => clearInterval(look));
  process.exit(0);
} catch (error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  process.stdout.write(`${JSON.stringify({ failed: code } satisfies Word)}\n`, () => process.exit(1));
}
