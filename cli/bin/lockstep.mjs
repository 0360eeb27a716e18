#!/usr/bin/env node
// Registers the TypeScript loader, then runs the command line. Works from any directory.
import { register } from 'tsx/esm/api';

// Until a command has its own handlers there is nothing to tidy up.
const stopAtOnce = () => process.exit(130);
process.once('SIGINT', stopAtOnce);
register({ tsconfig: false });
const { main, failed } = await import('../src/main.ts');
process.off('SIGINT', stopAtOnce);
// What nobody waits for any more ends the process too, in the same words; watchdogs tidy up.
process.on('uncaughtException', (error) => process.exit(failed(error)));
process.exit(await main(process.argv.slice(2)));
