// What must be there before any TypeScript can run: Node and the node modules. Plain Node, used by start.mjs and test.mjs.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repo = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MINIMUM = [20, 18];
/** npm finishes what it is unpacking first, which can take long; a torn node_modules is installed anew at the next start. */
const NPM_GRACE_MS = 1_000;
const SIGNAL_EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** One line for the operator; the caller chooses the exit code. */
export class SetupError extends Error {}

/**
 * Installs the node modules when they are missing or not those of package-lock.json; development packages count only when
 * `dev` is set.
 * @throws SetupError when Node is too old or npm fails.
 */
export async function prepare({ dev }) {
  requireNode();
  if (!modulesAreCurrent(dev)) await installModules();
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = NODE_MINIMUM;
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new SetupError(
      `NODE_TOO_OLD: Node ${NODE_MINIMUM.join('.')} or newer is needed, this is ${process.versions.node}`,
    );
  }
}

/** Packages of a lock file by folder; npm keeps a second one, of what it installed, in node_modules. */
function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {};
}

/** Whether what is installed is what package-lock.json says; what npm leaves out on purpose may be missing. */
function modulesAreCurrent(dev) {
  const installedLock = join(repo, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = packagesOf(installedLock);
  return Object.entries(packagesOf(join(repo, 'package-lock.json'))).every(([folder, wanted]) => {
    if (folder === '') return true;
    const mayBeMissing = wanted.optional || wanted.peer || (wanted.dev && !dev);
    return installed[folder] === undefined ? mayBeMissing : installed[folder].version === wanted.version;
  });
}

function installModules() {
  process.stderr.write('installing node modules (npm ci), once\n');
  const options = { cwd: repo, stdio: ['ignore', 2, 2] };
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const child = npm ? spawn(process.execPath, [npm, ...args], options) : spawn('npm', args, options);
  const handlers = Object.entries(SIGNAL_EXIT_CODES).map(([signal, code]) => {
    const handler = () => {
      child.once('exit', () => process.exit(code));
      child.kill(signal);
      setTimeout(() => child.kill('SIGKILL'), NPM_GRACE_MS);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new SetupError(`NPM_MISSING: npm could not be started: ${error.message}`)));
    child.once('exit', (code) => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
      if (code === 0) resolve();
      else reject(new SetupError('NPM_FAILED: npm ci failed; see its lines above, then run it by hand'));
    });
  });
}
