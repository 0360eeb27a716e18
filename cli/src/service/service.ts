import { mkdirSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '../pause.ts';
import { releaseMissing } from '../release/folder.ts';
import { readManifest } from '../release/package.ts';
import { patienceWithoutEnd } from '../supervise/patience.ts';
import type { Supervised } from '../supervise/supervise.ts';
import { supervise } from '../supervise/supervise.ts';
import type { Watchdog } from '../watchdog.ts';
import { endProcess } from './end-process.ts';
import { serviceError } from './errors.ts';
import { launch } from './launch.ts';
import { installedFolder, layoutOf } from './layout.ts';
import { holdRoot } from './lock.ts';
import { requireProcessIds } from './process-id.ts';
import { NOTHING_YET, notedState, StateFile } from './state.ts';
import { NONE, wantedRelease } from './wanted.ts';

export interface ServicePlan {
  readonly root: string;
  /** As people call what runs. */
  readonly name: string;
  /** Of every release alike. */
  readonly args: readonly string[];
  /** Default: ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where it writes, appended to; without it where we write. */
  readonly logFile?: string;
  /** Ends the process should we be killed and nobody come after us; without it, it runs on. */
  readonly watchdog?: Pick<Watchdog, 'guard' | 'release'>;
  /** What a release may take to end, before it is killed. */
  readonly stopMs: number;
  /** Ends the service, and what it runs. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** How often `wanted` is read. */
const POLL_MS = 100;

/**
 * Keeps running what `wanted` says, one release at a time: the one before has ended when the next begins. Returns when told to end, and
 * nothing runs any more.
 * @throws LockstepError SERVICE_RUNNING, SERVICE_UNSUPPORTED
 */
export async function runService(plan: ServicePlan): Promise<void> {
  const { root, signal } = plan;
  requireProcessIds();
  mkdirSync(layoutOf(root).root, { recursive: true, mode: 0o700 });
  const release = await holdRoot(root);
  const file = new StateFile(root, (await notedState(root)) ?? NOTHING_YET);
  try {
    await endOrphan(file, plan);
    await follow(file, plan).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  } finally {
    release();
  }
}

/** What a supervisor that was killed left running. */
async function endOrphan(file: StateFile, { stopMs, name, say }: ServicePlan): Promise<void> {
  const { pid, started, running } = file.state;
  if (pid !== null && started !== null) {
    say(`${name} ${running} (pid ${pid}) was left by a supervisor before this one: ending it`);
    await endProcess({ pid, started }, stopMs);
    file.note(gone('the supervisor before this one was killed'));
  }
}

async function follow(file: StateFile, plan: ServicePlan): Promise<void> {
  let at: string | undefined;
  let running: Supervised | undefined;
  let isRefused = false;
  try {
    for (;;) {
      const wanted = await wantedOrWhyNot(plan.root, at);
      if ('whyNot' in wanted) file.note({ reason: wanted.whyNot });
      // It was never given up for what could not be used.
      else if (isRefused && wanted.semver === at) file.note({ reason: null });
      else if (wanted.semver !== at) {
        await running?.stop();
        at = wanted.semver;
        running = await switchedTo(at, file, plan);
      }
      isRefused = 'whyNot' in wanted;
      await pause(POLL_MS, plan.signal);
    }
  } finally {
    await running?.stop();
    file.note(gone('the service was ended'));
  }
}

/** What cannot be run is not what is wanted, whatever is wrong with it: a file, a folder, a disk. */
async function wantedOrWhyNot(
  root: string,
  at: string | undefined,
): Promise<{ readonly semver: string } | { readonly whyNot: string }> {
  try {
    const semver = await wantedRelease(root);
    if (semver !== at && semver !== NONE) await requireRunnable(root, semver);
    return { semver };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { whyNot: `${error.code}: ${error.message}` };
  }
}

/** @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED, RELEASE_DIFFERS */
async function requireRunnable(root: string, semver: string): Promise<void> {
  const folder = installedFolder(root, semver);
  const manifest = await readManifest(folder);
  if (manifest.semver !== semver) {
    throw serviceError('RELEASE_DIFFERS', `${folder} holds the manifest of ${manifest.name} ${manifest.semver}`);
  }
  await access(join(folder, manifest.entry)).catch((cause: unknown) => {
    throw releaseMissing(join(folder, manifest.entry), cause);
  });
}

/** Once nothing runs any more. */
async function switchedTo(semver: string, file: StateFile, plan: ServicePlan): Promise<Supervised | undefined> {
  const isNone = semver === NONE;
  const reason = isNone ? 'nothing is wanted' : `${semver} is being started`;
  file.note({ ...gone(reason), wanted: semver, restarts: 0 });
  plan.say(`${plan.name}: ${reason}`);
  return isNone ? undefined : supervised(semver, file, plan);
}

async function supervised(semver: string, file: StateFile, plan: ServicePlan): Promise<Supervised> {
  const { root, name, args, env = process.env, logFile, watchdog, stopMs, say } = plan;
  const folder = installedFolder(root, semver);
  const { entry } = await readManifest(folder);
  let restarts = -1;
  let reason: string | null = null;
  const start = async () => {
    restarts += 1;
    const part = launch({
      ...{ main: join(folder, entry), args, env, logFile, stopMs },
      born: ({ pid, started }) =>
        file.note({ running: semver, pid, started, since: new Date().toISOString(), restarts, reason }),
    });
    watchdog?.guard(part.pid);
    void part.ended.then(({ how }) => {
      watchdog?.release(part.pid);
      reason = `it ended by ${how}`;
      if (file.state.pid === part.pid) file.note(gone(reason));
    });
    return part;
  };
  const patience = { kills: patienceWithoutEnd(), failures: patienceWithoutEnd() };
  const fail = (error: unknown) => say(`${name}: ${error}`);
  const running = await supervise({ name: `${name} ${semver}`, start, say, fail, patience });
  say(`${name} ${semver} runs (pid ${running.pid})`);
  return running;
}

const gone = (reason: string) => ({
  ...{ running: null, pid: null, started: null },
  since: new Date().toISOString(),
  reason,
});
