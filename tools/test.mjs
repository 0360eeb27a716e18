// `npm test [-- PATH_PART...]`: type check, lint, then every *.test.ts (or those whose path contains one of the parts).
// Plain Node, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const repo = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MINIMUM = [20, 18];
const SKIPPED_FOLDERS = new Set(['node_modules', 'target', '.git', '.lockstep']);
/** Tests start chains and redis-servers: more at once than this and they measure each other. */
const CONCURRENCY = 2;

function stop(message) {
  console.error(`test: ${message}`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, { cwd: repo, stdio: 'inherit', ...options });
  if (error) stop(`${command} could not be started: ${error.message}`);
  if (signal) stop(`${command} was ended by ${signal}`);
  return status;
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = NODE_MINIMUM;
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    stop(`Node ${NODE_MINIMUM.join('.')} or newer is needed, this is ${process.versions.node}`);
  }
}

function requireModules() {
  const installed = join(repo, 'node_modules', '.package-lock.json');
  const lock = join(repo, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  if (run('npm', ['ci', '--no-audit', '--no-fund']) !== 0) stop('npm ci failed');
}

/** The suites start servers of their own on free ports; the one a Debian package would start must stay off. */
function requireRedis() {
  const found = () => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
  if (found()) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], { env, stdio: 'ignore' });
  }
  if (!found()) stop('redis-server is missing: install the package redis-server (or redis) and run again');
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith('.test.ts') ? [relative(repo, path)] : [];
  });
}

requireNode();
requireModules();
requireRedis();
const parts = process.argv.slice(2);
const files = testFiles(repo)
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) stop(`no test file's path contains ${parts.join(' or ')}`);

const bin = (name) => join(repo, 'node_modules', '.bin', name);
if (parts.length === 0) {
  if (run(bin('tsc'), ['-p', 'tsconfig.json']) !== 0) stop('the type check failed');
  if (run(bin('biome'), ['check', '--error-on-warnings', '.']) !== 0)
    stop('the lint failed: npx biome check --write .');
}
process.exitCode = run(process.execPath, [
  '--import',
  'tsx',
  '--test',
  `--test-concurrency=${CONCURRENCY}`,
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  ...files,
]);
