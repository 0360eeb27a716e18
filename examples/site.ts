import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** What the examples share: a site where trades settle, and the command line beside it. */

const LOCKSTEP = fileURLToPath(new URL('../cli/bin/lockstep.mjs', import.meta.url));

/** The one line of JSON a command ends with. */
export type Json = Readonly<Record<string, unknown>>;

export interface ExampleSite {
  readonly file: string;
  readonly keypair: string;
  /** What `lockstep status`, `config` and `prove` are pointed at. */
  readonly place: readonly string[];
  /** Batches of a version that the relayer has settled since it started. */
  batches(version: number): Promise<number>;
  /** The summary, once all trades are settled and verified against the chain. */
  readonly ended: Promise<Json>;
  close(): Promise<void>;
}

/** Starts a site with the releases before V2; every trade that is not of a file comes from the seeded order flow. */
export async function openSite(startOptions: readonly string[]): Promise<ExampleSite> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-example-'));
  const file = join(folder, 'site.json');
  const start = startLockstep(['start', '--site', folder, '--once', '--json', ...startOptions]);
  const ended = start.result.then(({ code, json }) => {
    if (code !== 0) throw new Error(`start ended with ${code}`);
    return json;
  });
  // Whoever waits for the site hears of it first.
  ended.catch(() => undefined);
  const close = async () => {
    start.child.kill('SIGTERM');
    await start.result;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([ended, until(() => existsSync(file))]);
    const { rpc, program, market, keypair, relayer } = JSON.parse(await readFile(file, 'utf8'));
    const status = async (): Promise<Json> => JSON.parse(await (await fetch(new URL('/status', relayer.url))).text());
    await Promise.race([
      ended,
      until(async () => Number((await status().catch((): Json => ({}))).lastTradeId ?? 0) > 0),
    ]);
    const place = ['--rpc', rpc, '--program', program, '--market', market];
    const batches = async (version: number) => {
      const text = await (await fetch(new URL('/metrics', relayer.url))).text();
      const counter = new RegExp(`batches_settled_by_version_total\\{[^}]*version="${version}"[^}]*\\} (\\d+)`);
      return Number(counter.exec(text)?.[1] ?? 0);
    };
    return { file, keypair, place, batches, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs a command to its end, with its words for people on standard error. @throws Error when it ends with another code than 0 */
export async function lockstep(...words: readonly string[]): Promise<Json> {
  console.error(`\n$ npx lockstep ${words.join(' ')}`);
  const { code, json } = await startLockstep([...words, '--json']).result;
  if (code !== 0) throw new Error(`lockstep ${words[0]} ended with ${code}: ${JSON.stringify(json)}`);
  return json;
}

/** Polls until it is true; a stop of the example ends it. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}

/** A command as a process of its own, with its words for people on standard error. */
export function startLockstep(
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): {
  child: ChildProcess;
  result: Promise<{ code: number; json: Json }>;
} {
  const child = spawn(process.execPath, [LOCKSTEP, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const result = new Promise<{ code: number; json: Json }>((resolve) => {
    child.once('close', (code, signal) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      resolve({ code: code ?? (signal === null ? 1 : 128), json: last.startsWith('{') ? JSON.parse(last) : {} });
    });
  });
  return { child, result };
}
