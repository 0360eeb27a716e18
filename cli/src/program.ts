import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Streams } from './output.ts';

/** What the list of commands says of one, and how it is loaded. */
interface Entry {
  readonly summary: string;
  readonly load: (streams: Streams) => Promise<Command>;
}

/** Table of contents of the command line. Options, arguments and the long description are the command's own. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  start: {
    summary: 'settle trades and verify the chain; everything private unless named, and gone afterwards',
    load: async (streams) => (await import('./commands/start.ts')).startCommand(streams),
  },
  status: {
    summary: 'show the config in effect and where a market stands',
    load: async (streams) => (await import('./commands/status.ts')).statusCommand(streams),
  },
  prove: {
    summary: "prove what became of a trade, against the market's root",
    load: async (streams) => (await import('./commands/prove.ts')).proveCommand(streams),
  },
  'verify-proof': {
    summary: 'check a proof made by `lockstep prove`',
    load: async (streams) => (await import('./commands/verify-proof.ts')).verifyProofCommand(streams),
  },
  ping: {
    summary: 'a test flight: send a heartbeat and hold everything it did against what is computed here',
    load: async (streams) => (await import('./commands/ping.ts')).pingCommand(streams),
  },
  config: {
    summary: 'show and change how trades settle: versions, batch size, pause, fees, schedule',
    load: async (streams) => (await import('./commands/config.ts')).configCommand(streams),
  },
  admin: {
    summary: 'show and change who decides: admin, guardian, attestor',
    load: async (streams) => (await import('./commands/admin.ts')).adminCommand(streams),
  },
  program: {
    summary: 'show which release of the program runs, and upgrade it',
    load: async (streams) => (await import('./commands/program.ts')).programCommand(streams),
  },
  rollout: {
    summary: 'roll V2 out in three phases: prove the program, switch and watch, switch V1 off',
    load: async (streams) => (await import('./commands/rollout.ts')).rolloutCommand(streams),
  },
  rollback: {
    summary: 'take a rollout back: pause, the releases before, V1, unpause, proof',
    load: async (streams) => (await import('./commands/rollout.ts')).rollbackCommand(streams),
  },
  hardfork: {
    summary: 'stop the world: flush, pause, upgrade in place or move to a new program, test flight, resume',
    load: async (streams) => (await import('./commands/hardfork.ts')).hardforkCommand(streams),
  },
  emission: {
    summary: 'have the engine write schema 1 or 2 from its next trade on',
    load: async (streams) => (await import('./commands/rollout.ts')).emissionCommand(streams),
  },
  dlq: {
    summary: 'trades settled as a void: list, replace or drop them',
    load: async (streams) => (await import('./commands/dlq.ts')).dlqCommand(streams),
  },
  maintenance: {
    summary: 'flush a lane to zero, have it stand still, let it go on',
    load: async (streams) => (await import('./commands/maintenance.ts')).maintenanceCommand(streams),
  },
  engine: {
    summary: "write a seeded order flow, a file of trades or traders' orders to a market",
    load: async () => (await import('#feeder')).engineCommand(),
  },
  relayer: {
    summary: 'settle the trades of one market; each trade once',
    load: async () => (await import('#relayer/command')).relayerCommand(),
  },
  gateway: {
    summary: 'front door of one market: signed orders, maintenance answers, settlement feeds',
    load: async () => (await import('#gateway/command')).gatewayCommand(),
  },
  service: {
    summary: 'run the release that is wanted, and change it when another is',
    load: async (streams) => (await import('./commands/service.ts')).serviceCommand(streams),
  },
  gate: {
    summary: 'judge whether a change fits what exists: IDLs, layouts, protobuf, versions',
    load: async ({ stdout, stderr }) =>
      (await import('#gate/command')).gateCommand({
        stdout,
        stderr,
        finish: (code) => {
          process.exitCode = code;
        },
        today: () => new Date().toISOString().slice(0, 10),
      }),
  },
  localnet: {
    summary: 'run the embedded Solana node',
    load: async () => (await import('#localnet')).localnetCommand(),
  },
};

/**
 * The command line, with the one command loaded that the words name: each brings libraries that take longer to load than most
 * commands take to run, and what is started again after a crash must not wait for those of others.
 */
export async function buildProgram(argv: readonly string[], streams: Streams): Promise<Command> {
  const manifest = new URL('../../package.json', import.meta.url);
  const { version, description } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>;
  const program = new Command('lockstep').description(description ?? '').version(version ?? '', '-V, --version');
  const asked = argv.find((word) => Object.hasOwn(COMMANDS, word));
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = name === asked ? await load(streams) : new Command(name);
    program.addCommand(command.summary(summary));
  }
  return program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 a check failed, 2 usage or input, 3 held, 128 + n ended by signal n.',
  );
}
