import { fileURLToPath } from 'node:url';

const commandOf = (file: string): string =>
  `"${process.execPath}" --import tsx "${fileURLToPath(new URL(file, import.meta.url))}"`;

/** `lockstep engine` as the command line of a process. */
export const feederCommand = commandOf('feeder-process.ts');

/** The same with `--orders`. */
export const orderFeederCommand = commandOf('orders-process.ts');
