import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { isDebug } from './debug.ts';
import { CheckFailed, describeFailure, EXIT_OK, EXIT_USAGE, exitCodeOf, failureOf, isReaderGone } from './failure.ts';
import type { Streams } from './output.ts';
import { toJson } from './output.ts';

/** Runs what the words name; answers the exit code: 0 done, 1 a check failed, 2 usage or input, 128 + n ended by signal n. */
export async function runProgram(program: Command, argv: readonly string[], streams: Streams): Promise<number> {
  makeStrict(program, streams);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? EXIT_OK);
  } catch (error) {
    if (!isBareHelp(error)) return failed(error, argv, streams);
    streams.stderr.write(program.helpInformation());
    return EXIT_USAGE;
  }
}

/** Says what went wrong, for people and, with --json, for programs; answers the exit code. */
export function failed(error: unknown, argv: readonly string[] = process.argv, streams: Streams = process): number {
  const code = exitCodeOf(error);
  if (code === EXIT_OK || isReaderGone(error)) return code;
  streams.stderr.write(`${describeFailure(error, isDebug())}\n`);
  // A failed check has printed its result already, and that is the line programs want.
  const isTold = error instanceof CheckFailed;
  if (argv.includes('--json') && !isTold) streams.stdout.write(`${toJson({ error: failureOf(error) })}\n`);
  return code;
}

/** A command line that names no command: commander answers with help, as an error. */
const isBareHelp = (error: unknown): boolean =>
  error instanceof CommanderError && error.code === 'commander.help' && error.exitCode !== EXIT_OK;

/** Commander exits by itself and prints errors in its own way unless every command is told otherwise. */
function makeStrict(command: Command, streams: Streams): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => void streams.stdout.write(text),
    writeErr: () => undefined,
  });
  for (const sub of command.commands) makeStrict(sub, streams);
}
