import { fileURLToPath } from 'node:url';

/** `lockstep engine` as the command line of a process. */
export const feederCommand = `"${process.execPath}" --import tsx "${fileURLToPath(new URL('feeder-process.ts', import.meta.url))}"`;
