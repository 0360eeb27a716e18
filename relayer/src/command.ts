import { Command } from 'commander';
import type { Relayer } from './main.ts';

/** What the command needs from its process. */
export interface CommandWorld {
  readonly env: NodeJS.ProcessEnv;
  on(signal: 'SIGINT' | 'SIGTERM', stop: () => void): unknown;
}

/** `lockstep relayer`: settles one market until SIGINT or SIGTERM. Fails with the LockstepError that kept it from starting or halted it. */
export function relayerCommand(world: CommandWorld = process): Command {
  return new Command('relayer')
    .description('settle the trades of one market: Redis stream, batches, chain; each trade once')
    .option('-c, --config <file>', 'JSON file with settings; LOCKSTEP_* environment variables overrule it')
    .addHelpText(
      'after',
      '\nEvery setting with unit and default: docs/reference/relayer.md. The log goes to standard error.',
    )
    .action(async (options: { config?: string }) => {
      // Only now: what asks for help, or mistypes an option, does not wait for the libraries of a chain and a queue.
      const [{ loadRelayerConfig }, { startRelayer }] = await Promise.all([import('./config.ts'), import('./main.ts')]);
      const relayer = await startRelayer(await loadRelayerConfig(options.config, world.env), { env: world.env });
      stopOnSignal(relayer, world);
      await relayer.done;
    });
}

function stopOnSignal(relayer: Relayer, world: CommandWorld): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) world.on(signal, () => void relayer.stop());
}
