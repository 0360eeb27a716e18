import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { engineCommand } from '#feeder';
import { localnetCommand } from '#localnet';
import { relayerCommand } from '#relayer';
import { proveCommand } from './commands/prove.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { verifyProofCommand } from './commands/verify-proof.ts';
import type { Streams } from './output.ts';

/** Table of contents of the command line. */
export function buildProgram(streams: Streams): Command {
  const manifest = new URL('../../package.json', import.meta.url);
  const { version, description } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>;
  return new Command('lockstep')
    .description(description ?? '')
    .version(version ?? '', '-V, --version')
    .addCommand(startCommand(streams))
    .addCommand(statusCommand(streams))
    .addCommand(proveCommand(streams))
    .addCommand(verifyProofCommand(streams))
    .addCommand(engineCommand())
    .addCommand(relayerCommand())
    .addCommand(localnetCommand())
    .addHelpText('after', '\nExit codes: 0 done, 1 a check failed, 2 usage or input, 128 + n ended by signal n.');
}
