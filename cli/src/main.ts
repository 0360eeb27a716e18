import type { Streams } from './output.ts';
import { buildProgram } from './program.ts';
import { runProgram } from './run-program.ts';

export { failed } from './run-program.ts';

/** Runs one command; answers its exit code: 0 done, 1 a check failed, 2 usage or input, 128 + n ended by signal n. */
export async function main(argv: readonly string[], streams: Streams = process): Promise<number> {
  const run = await loadCommand(argv, streams);
  return run();
}

/** Loads the command that is named; answers how to run it, as `main` does. */
export async function loadCommand(argv: readonly string[], streams: Streams = process): Promise<() => Promise<number>> {
  const program = await buildProgram(argv, streams);
  return () => runProgram(program, argv, streams);
}
