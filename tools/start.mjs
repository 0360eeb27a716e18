// `npm start [-- OPTIONS]`: prepares the checkout, then runs `lockstep start OPTIONS` in this very process, so that signals and
// the exit code are its own.
import { prepare, SetupError } from './setup.mjs';

const EXIT_UNUSABLE = 2;

try {
  await prepare({ dev: false });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(EXIT_UNUSABLE);
}
// npm runs scripts in the checkout; a trade file is named from where the operator stands.
const { INIT_CWD, npm_lifecycle_event: script } = process.env;
if (script === 'start' && INIT_CWD) process.chdir(INIT_CWD);
process.argv.splice(2, 0, 'start');
await import('../cli/bin/lockstep.mjs');
