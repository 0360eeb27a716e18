/** Runs the node by itself: `node --import tsx localnet/src/main.ts --help`. */
import { localnetCommand } from './command.ts';
import { LocalnetError } from './localnet-error.ts';

try {
  await localnetCommand().parseAsync();
} catch (cause) {
  if (!(cause instanceof LocalnetError)) throw cause;
  process.stderr.write(`${cause.code}: ${cause.message}. ${cause.advice}\n`);
  process.exitCode = 2;
}
