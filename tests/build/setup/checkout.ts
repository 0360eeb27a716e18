/** A checkout in a temporary folder that holds only what a test puts there, so that scripts can be tried without touching this one. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

export const repo = join(import.meta.dirname, '../../..');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Checkout {
  readonly folder: string;

  /** Copies the paths of this repository; gone when the test file ends. */
  constructor(...paths: readonly string[]) {
    this.folder = mkdtempSync(join(tmpdir(), 'checkout-'));
    after(() => rmSync(this.folder, { recursive: true, force: true }));
    for (const path of paths) cpSync(join(repo, path), join(this.folder, path), { recursive: true });
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Runs a command in the checkout; `path` replaces PATH. */
  run(command: string, args: readonly string[], path?: string): Outcome {
    // A test that runs tests must not look like a part of the run around it.
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const home = join(this.folder, 'home');
    const env = path === undefined ? inherited : { PATH: path, HOME: home, BUILD_CACHE: join(home, 'cache') };
    return spawnSync(command, [...args], { cwd: this.folder, encoding: 'utf8', env });
  }

  /** The tools a script needs of the system, Node, and the scripts given: neither rustup nor apt-get. */
  bareTools(extra: Readonly<Record<string, string>> = {}): string {
    const bin = mkdtempSync(join(this.folder, 'bin-'));
    for (const tool of SYSTEM_TOOLS) {
      symlinkSync(spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(), join(bin, tool));
    }
    symlinkSync(process.execPath, join(bin, 'node'));
    for (const [name, script] of Object.entries(extra)) writeFileSync(join(bin, name), script, { mode: 0o755 });
    return bin;
  }
}

const SYSTEM_TOOLS = [
  ...['bash', 'cat', 'cp', 'cut', 'dirname', 'env', 'flock', 'grep', 'id', 'mkdir', 'mktemp', 'rm', 'sed', 'sh'],
  'sha256sum',
];
