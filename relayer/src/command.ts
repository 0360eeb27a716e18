import { Command } from 'commander';
import { LockstepError } from '#client';
import { loadRelayerConfig } from './config.ts';
import type { Relayer } from './main.ts';
import { startRelayer } from './main.ts';

/** What the command needs from its process. */
export interface CommandWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly onSignal: (signal: 'SIGINT' | 'SIGTERM', handler: () => void) => void;
  readonly writeError: (line: string) => void;
  readonly exit: (code: number) => void;
}

const thisProcess: CommandWorld = {
  env: process.env,
  onSignal: (signal, handler) => process.on(signal, handler),
  writeError: (line) => process.stderr.write(`${line}\n`),
  exit: (code) => process.exit(code),
};

/** `lockstep relayer`: settles one market until it is told to stop; exit 0 when stopped, 1 when halted. */
export function relayerCommand(world: CommandWorld = thisProcess): Command {
  return new Command('relayer')
    .description('settle the trades of one market: Redis stream → batches → chain, each trade once')
    .option('-c, --config <file>', 'JSON file with settings; LOCKSTEP_* environment variables overrule it')
    .addHelpText('after', '\nEvery setting, with unit and default: docs/reference/relayer.md')
    .action(async (options: { config?: string }) => {
      world.exit(await run(options.config, world));
    });
}

async function run(file: string | undefined, world: CommandWorld): Promise<number> {
  try {
    const relayer = await startRelayer(await loadRelayerConfig(file, world.env), { env: world.env });
    stopOnSignal(relayer, world);
    await relayer.done;
    return 0;
  } catch (error) {
    world.writeError(describe(error));
    return 1;
  }
}

function stopOnSignal(relayer: Relayer, world: CommandWorld): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) world.onSignal(signal, () => void relayer.stop());
}

function describe(error: unknown): string {
  if (error instanceof LockstepError) return `${error.code}: ${error.message}\n  ${error.advice}`;
  return error instanceof Error ? (error.stack ?? error.message) : `${error}`;
}
