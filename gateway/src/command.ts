import { Command } from 'commander';

/** What the command needs from its process. */
export interface CommandWorld {
  readonly env: NodeJS.ProcessEnv;
  on(signal: 'SIGINT' | 'SIGTERM', stop: () => void): unknown;
}

/** `lockstep gateway`: takes orders and serves the feeds of one market until SIGINT or SIGTERM. */
export function gatewayCommand(world: CommandWorld = process): Command {
  return new Command('gateway')
    .description('front door of one market: signed orders to the engine, 503 in maintenance, settlement feeds')
    .option(
      '-c, --config <file>',
      'JSON file with settings; LOCKSTEP_* environment variables overrule it; followed when it changes',
    )
    .addHelpText(
      'after',
      '\nEvery setting with unit and default: docs/reference/gateway.md. The log goes to standard error.',
    )
    .action(async (options: { config?: string }) => {
      // Only now: what asks for help, or mistypes an option, does not wait for the libraries of a chain and a server.
      const { runGateway } = await import('./run.ts');
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) world.on(signal, () => stop.abort());
      await runGateway(options.config, world.env, stop.signal);
    });
}
