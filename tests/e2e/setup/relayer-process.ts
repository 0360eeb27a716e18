import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LaneState } from '#relayer';
import type { KillOrder } from './kill-switch.ts';

/** What a relayer process is told; the first order starts it. */
export interface Order {
  readonly killAt?: KillOrder;
}

/** What it says. */
export type Word =
  /** An order was taken. */
  | { readonly heard: true }
  | { readonly status: RelayerWord }
  /** The last word before it ends itself. */
  | { readonly killedAt: string }
  /** Code of what it could not start with, or halted with. */
  | { readonly failed: string };

export interface RelayerWord {
  readonly state: LaneState;
  /** The last trade id on-chain, in decimal. */
  readonly settled: string;
  readonly blocked?: string;
  /** Where it serves status and metrics, with a `httpPort`. */
  readonly httpUrl?: string;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly killedAt: string | undefined;
  readonly failed: string | undefined;
}

const CHILD = fileURLToPath(new URL('relayer-child.ts', import.meta.url));
const LOADER = import.meta.resolve('tsx');
const LOG_TAIL_CHARACTERS = 6_000;
/** Long enough for a machine that has other things to do; reached only when a test fails. */
const DEADLINE_MS = 120_000;

/** A relayer in a process of its own, so that it can be killed for good. */
export class RelayerProcess {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #word: RelayerWord | undefined;
  #heard = 0;
  #ordered = 0;
  #log = '';
  #ending: Ending | undefined;

  /** Loads it; it does nothing before its first order. */
  constructor(configFile: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, ['--import', LOADER, CHILD, configFile], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const told: { killedAt?: string; failed?: string } = {};
    if (this.#child.stdout !== null) {
      createInterface(this.#child.stdout).on('line', (line) => {
        const word = JSON.parse(line) as Word;
        if ('heard' in word) this.#heard += 1;
        else if ('status' in word) this.#word = word.status;
        else Object.assign(told, word);
        this.#wake();
      });
    }
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-LOG_TAIL_CHARACTERS);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#ending = { code, signal, killedAt: told.killedAt, failed: told.failed };
        this.#wake();
        resolve(this.#ending);
      });
    });
  }

  get word(): RelayerWord | undefined {
    return this.#word;
  }

  /** The end of what it logged. */
  get log(): string {
    return this.#log;
  }

  get isAlive(): boolean {
    return this.#ending === undefined;
  }

  /** Returns when the order was taken. */
  async order(order: Order): Promise<void> {
    this.#ordered += 1;
    const due = this.#ordered;
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    await this.#until(() => this.#heard >= due);
  }

  async untilState(state: LaneState): Promise<void> {
    await this.#until(() => this.#word?.state === state);
  }

  async untilBlocked(code: string): Promise<void> {
    await this.#until(() => this.#word?.blocked === code);
  }

  /** Waits until it says that this id is on-chain. @throws when it ends before */
  async untilSettled(id: bigint): Promise<void> {
    await this.#until(() => BigInt(this.#word?.settled ?? 0) >= id);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ending> {
    this.#child.kill(signal);
    return await this.ended;
  }

  async #until(holds: () => boolean): Promise<void> {
    const deadline = setTimeout(() => this.#wake(), DEADLINE_MS);
    const dueAt = performance.now() + DEADLINE_MS;
    try {
      while (!holds()) {
        const state = JSON.stringify(this.#ending ?? this.#word);
        if (this.#ending !== undefined) throw new Error(`the relayer ended: ${state}\n${this.#log}`);
        if (performance.now() >= dueAt) throw new Error(`waited in vain for ${holds}: ${state}\n${this.#log}`);
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
