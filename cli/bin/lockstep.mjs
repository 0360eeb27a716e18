#!/usr/bin/env node
// Registers the TypeScript loader, then runs the command line. Works from any directory.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const EXIT_UNUSABLE = 2;
const ORPHAN_POLL_MS = 500;
/** Ctrl-C reaches the loader's own process too; our turn may come a moment after what breaks because of that. */
const SIGNAL_GRACE_MS = 300;

// npx runs a command under a shell that keeps signals to itself: when the shell has gone, nobody is left to stop us.
if (process.env.npm_command === 'exec') {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), ORPHAN_POLL_MS).unref();
}

// Until a command has its own handlers there is nothing to tidy up.
const stopAtOnce = () => process.exit(130);
process.once('SIGINT', stopAtOnce);
const { main, failed } = await load();
process.off('SIGINT', stopAtOnce);
// What nobody waits for any more ends the process too, in the same words; watchdogs tidy up.
process.on('uncaughtException', (error) => process.exit(failed(error)));
process.exit(await main(process.argv.slice(2)));

async function load() {
  if (!existsSync(new URL('../../node_modules/tsx', import.meta.url))) {
    console.error('NODE_MODULES_MISSING: the node modules are not installed\n  Run npm ci in the checkout first.');
    process.exit(EXIT_UNUSABLE);
  }
  process.on('uncaughtException', waitForSignal);
  try {
    const { register } = await import('tsx/esm/api');
    register({ tsconfig: false });
    return await import('../src/main.ts');
  } catch (error) {
    await sleep(SIGNAL_GRACE_MS);
    throw error;
  } finally {
    process.off('uncaughtException', waitForSignal);
  }
}

async function waitForSignal(error) {
  await sleep(SIGNAL_GRACE_MS);
  console.error(error);
  process.exit(1);
}
