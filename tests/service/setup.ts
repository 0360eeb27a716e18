import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { install, runService, serviceState } from '../../cli/src/service/root.ts';
import { until } from '../support/until.ts';

/** A release that says in the file it is given what happens to it. `deaf`: SIGTERM does not end it. `frail`: it ends with 3 once. */
const MAIN = `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
const [diary, manner] = process.argv.slice(2);
const note = (what) => appendFileSync(diary, what + ' SEMVER ' + process.pid + '\\n');
process.on('SIGTERM', () => { note('told'); if (manner !== 'deaf') process.exit(0); });
note('start');
if (manner === 'frail' && !existsSync(diary + '.fell')) { writeFileSync(diary + '.fell', ''); process.exit(3); }
setInterval(() => undefined, 1_000);
`;

export interface Root {
  readonly dir: string;
  /** The release's folder, as releases/ has it. */
  readonly releaseFolder: (semver: string) => string;
  /** What happened: `start 1.0.0 PID`, `told 1.0.0 PID`. */
  diary(): readonly string[];
  readonly diaryFile: string;
  /** What must be over before the folder goes. */
  readonly endings: (() => Promise<void>)[];
}

/** A service's root with 1.0.0 and 2.0.0 installed. */
export async function openRoot(t: TestContext): Promise<Root> {
  const top = mkdtempSync(join(tmpdir(), 'lockstep-service-'));
  const endings: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const end of endings) await end();
    rmSync(top, { recursive: true, force: true });
  });
  const dir = join(top, 'root');
  const releaseFolder = (semver: string) => join(top, 'shelf', semver);
  for (const semver of ['1.0.0', '2.0.0']) {
    makeRelease(releaseFolder(semver), semver);
    await install(dir, releaseFolder(semver));
  }
  const diaryFile = join(top, 'diary');
  appendFileSync(diaryFile, '');
  return { dir, releaseFolder, diaryFile, endings, diary: () => readFileSync(diaryFile, 'utf8').trim().split('\n') };
}

export function makeRelease(folder: string, semver: string, main = MAIN): void {
  const content = join(folder, 'package');
  mkdirSync(content, { recursive: true });
  writeFileSync(join(content, 'main.mjs'), main.replaceAll('SEMVER', semver));
  const file = join(folder, `lockstep-relayer-${semver}.tgz`);
  spawnSync('tar', ['-czf', file, '-C', folder, 'package']);
  rmSync(content, { recursive: true });
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const manifest = {
    name: 'relayer',
    semver,
    sha256,
    bytes: bytes.length,
    speaks: [1],
    entry: 'main.mjs',
    node: '>=20.18',
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

/** A supervisor in this process. */
export interface Supervisor {
  /** What it ended with; undefined when all was well. */
  readonly done: Promise<unknown>;
  stop(): Promise<void>;
}

export function supervise({ dir, diaryFile, endings }: Root, { manner = 'plain', stopMs = 60_000 } = {}): Supervisor {
  const ending = new AbortController();
  const plan = { root: dir, name: 'relayer', args: [diaryFile, manner], stopMs, say: () => undefined };
  const done = runService({ ...plan, signal: ending.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const stop = async () => {
    ending.abort(new Error('the test is over'));
    await done;
  };
  endings.push(stop);
  return { done, stop };
}

/** Waits until the service says that it runs this; null: nothing. Answers the process's number. */
export async function untilRunning({ dir }: Root, semver: string | null): Promise<number | null> {
  let pid: number | null = null;
  await until(async () => {
    const state = await serviceState(dir);
    pid = state?.pid ?? null;
    return state !== undefined && state.running === semver;
  });
  return pid;
}
