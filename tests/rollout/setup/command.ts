import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const REPO = fileURLToPath(new URL('../../..', import.meta.url));

/** The command line with these commands alone. */
const MAIN = `
import { Command } from 'commander';
import { hardforkCommand } from './cli/src/commands/hardfork.ts';
import { pingCommand } from './cli/src/commands/ping.ts';
import { emissionCommand, rollbackCommand, rolloutCommand } from './cli/src/commands/rollout.ts';
import { runProgram } from './cli/src/run-program.ts';
const program = new Command('lockstep');
for (const command of [rolloutCommand, rollbackCommand, emissionCommand, hardforkCommand, pingCommand]) program.addCommand(command(process));
process.exit(await runProgram(program, process.argv.slice(2), process));
`;
/** What packages written for CommonJS expect to find. */
const COMMONJS = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Whoever sees to its end: a test file, or a benchmark. */
export interface Opener {
  after(end: () => void): void;
}

/**
 * Compiles the commands that work at a site into one file, which starts in a fraction of the time: a test that kills a command at each
 * of its steps starts it thirty times.
 */
export async function compiledCommand(opener: Opener = { after }): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-command-'));
  opener.after(() => rmSync(dir, { recursive: true, force: true }));
  const outfile = join(dir, 'main.mjs');
  await build({
    stdin: { contents: MAIN, resolveDir: REPO, loader: 'ts' },
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', banner: { js: COMMONJS }, logLevel: 'error' },
    plugins: [
      {
        name: 'places of sources',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const place = JSON.stringify(pathToFileURL(path).href);
            return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', place), loader: 'ts' };
          }),
      },
    ],
  });
  return outfile;
}

export interface Ended {
  /** Null: it was killed. */
  readonly code: number | null;
  readonly text: string;
  readonly json: { readonly error?: { readonly code: string; readonly message: string } } & Readonly<
    Record<string, unknown>
  >;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves at the match; rejects when it ends without one. */
  saw(pattern: RegExp): Promise<void>;
}

/** Starts what was compiled. */
export function run(file: string, words: readonly string[]): Running {
  const child = spawn(process.execPath, [file, ...words, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let output = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    text += piece.toString();
    for (const watch of watchers) watch();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      resolve({ code, text, json: last.startsWith('{') ? JSON.parse(last) : {} });
    });
  });
  const saw = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => pattern.test(text) && resolve();
      watchers.add(watch);
      watch();
      void ended.then(({ code }) => reject(new Error(`ended with ${code} without ${pattern}:\n${text}`)));
    });
  return { child, ended, saw };
}
