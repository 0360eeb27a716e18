import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { InputError } from '#feeder';

/** What finding and installing redis-server touches; tests bring their own. */
export interface InstallWorld {
  readonly path: string;
  readonly isRoot: boolean;
  /** Debian asks this script whether a package may start its service. */
  readonly policyFile: string;
}

const thisMachine = (): InstallWorld => ({
  path: process.env.PATH ?? '',
  isRoot: process.getuid?.() === 0,
  policyFile: '/usr/sbin/policy-rc.d',
});

/** A mirror that does not answer must not hold the command for long. */
const APT_SETTINGS = [
  '-q',
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'DPkg::Lock::Timeout=60',
];
/** What a policy script answers to forbid a service action. */
const FORBIDDEN = 101;

/**
 * Path of redis-server, installed first when that is possible: by apt-get, as root.
 * @throws InputError REDIS_MISSING when somebody has to install it; the signal's reason
 */
export async function requireRedisServer(
  announce: (line: string) => void,
  signal: AbortSignal,
  world: InstallWorld = thisMachine(),
): Promise<string> {
  const present = await executable('redis-server', world.path);
  if (present !== undefined) return present;
  const aptGet = world.isRoot ? await executable('apt-get', world.path) : undefined;
  if (aptGet !== undefined) {
    announce('redis-server is missing: installing it with apt-get, without starting its service');
    await install(aptGet, signal, world);
    const installed = await executable('redis-server', world.path);
    if (installed !== undefined) return installed;
  }
  throw new InputError(
    'REDIS_MISSING',
    aptGet === undefined ? 'redis-server is not installed' : 'redis-server is not installed, and apt-get could not',
    'Install it and run again: apt-get install redis-server, dnf install redis, apk add redis or brew install redis.',
  );
}

async function executable(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((part) => part !== '')) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

async function install(aptGet: string, signal: AbortSignal, world: InstallWorld): Promise<void> {
  const release = await forbidServices(world.policyFile);
  try {
    const packages = ['install', '-y', '--no-install-recommends', 'redis-server'];
    if (await succeeds(aptGet, [...APT_SETTINGS, ...packages], signal)) return;
    if (await succeeds(aptGet, [...APT_SETTINGS, 'update'], signal)) {
      await succeeds(aptGet, [...APT_SETTINGS, ...packages], signal);
    }
  } finally {
    await release();
  }
}

/** Keeps packages from starting services while this process lives; an administrator's own policy stays as it is. */
async function forbidServices(policyFile: string): Promise<() => Promise<void>> {
  const script = `#!/bin/sh\nkill -0 ${process.pid} 2>/dev/null && exit ${FORBIDDEN}\nexit 0\n`;
  try {
    await writeFile(policyFile, script, { flag: 'wx', mode: 0o755 });
  } catch {
    return async () => undefined;
  }
  return () => rm(policyFile, { force: true });
}

function succeeds(command: string, args: readonly string[], signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: 'ignore',
      signal,
    });
    child.once('error', () => (signal.aborted ? reject(signal.reason) : resolve(false)));
    child.once('exit', (code) => resolve(code === 0));
  });
}
