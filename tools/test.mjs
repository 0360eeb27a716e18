// `npm test [-- PATH_PART...]`: types, lint, then every *.test.ts; with parts, only the test files whose path contains one of
// them. Exit 0: everything passed; anything else: not.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { prepare, repo, SetupError } from './setup.mjs';

const SKIPPED_FOLDERS = new Set(['node_modules', 'target', '.git', '.lockstep']);
/** Tests start chains and redis-servers: more at once than this and they measure each other. */
const CONCURRENCY = 2;
/** The longest file takes three minutes on two busy cores; one that hangs must end as a failure, not as a silent build. */
const FILE_TIMEOUT_MS = 900_000;

function stop(message) {
  console.error(`test: ${message}`);
  process.exit(1);
}

function run(command, args) {
  const { status, error, signal } = spawnSync(command, args, { cwd: repo, stdio: 'inherit' });
  if (error) stop(`${command} could not be started: ${error.message}`);
  if (signal) stop(`${command} was ended by ${signal}`);
  return status;
}

/** The suites start servers of their own on free ports; the one a Debian package would start must stay off. */
function requireRedis() {
  const found = () => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
  if (found()) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'];
    for (const args of [['update', '-qq'], install]) spawnSync('apt-get', args, { env, stdio: 'ignore' });
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

await prepare({ dev: true }).catch((error) => stop(error instanceof SetupError ? error.message : error));
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
const reporter = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
process.exitCode = run(process.execPath, [
  ...['--import', 'tsx', '--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${FILE_TIMEOUT_MS}`],
  ...reporter,
  ...files,
]);
