import type { Command } from 'commander';
import { releaseVersion } from '#client';
import { failed, runProgram } from '../run-program.ts';

/** Runs a command that is a program of its own, with the exit codes and errors of `lockstep`; ends the process. */
export async function runAlone(command: Command): Promise<never> {
  process.on('uncaughtException', (error) => process.exit(failed(error)));
  const program = command.version(releaseVersion(), '-V, --version');
  process.exit(await runProgram(program, process.argv.slice(2), process));
}
