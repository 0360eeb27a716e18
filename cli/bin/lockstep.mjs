#!/usr/bin/env node
// Sees to it that TypeScript can be loaded, then runs the command line. Works from any directory.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const EXIT_UNUSABLE = 2;
const ORPHAN_POLL_MS = 500;
/** Ctrl-C reaches the loader's own process too; our turn may come a moment after what breaks because of that. */
const SIGNAL_GRACE_MS = 300;
/** Then no loader is needed, and a start is twice as fast. Before 24 Node can, too, but warns about it on standard error. */
const readsTypeScript = Boolean(process.features.typescript) && Number.parseInt(process.versions.node, 10) >= 24;

// npx runs a command under a shell that keeps signals to itself: when the shell has gone, nobody is left to stop us. Nor is anybody
// when the npm of `npm start` was killed.
const { npm_command: npmCommand, npm_lifecycle_event: script } = process.env;
if (npmCommand === 'exec' || script === 'start') {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), ORPHAN_POLL_MS).unref();
}

// Until a command has its own handlers there is nothing to tidy up.
const stopAtOnce = () => process.exit(130);
process.once('SIGINT', stopAtOnce);
const { run, failed } = await load();
process.off('SIGINT', stopAtOnce);
// What nobody waits for any more ends the process too, in the same words; watchdogs tidy up.
process.on('uncaughtException', (error) => process.exit(failed(error)));
process.exit(await run());

async function load() {
  if (!existsSync(new URL('../../node_modules/tsx', import.meta.url))) {
    console.error('NODE_MODULES_MISSING: the node modules are not installed\n  Run npm ci in the checkout first.');
    process.exit(EXIT_UNUSABLE);
  }
  process.on('uncaughtException', waitForSignal);
  try {
    // What was compiled once is kept in the system's temporary folder, where Node can do that.
    module.enableCompileCache?.();
    if (!readsTypeScript) (await import('tsx/esm/api')).register({ tsconfig: false });
    const { loadCommand, failed } = await import('../src/main.ts');
    return { run: await loadCommand(process.argv.slice(2)), failed };
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
