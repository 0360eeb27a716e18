import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PrivateRedis } from '../../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../../cli/src/redis-server.ts';

/** A redis-server that can go away and come back with its append-only file, at the same port. */
export class SceneRedis {
  readonly #dir: string;
  readonly #copies: string[] = [];
  #server: PrivateRedis;

  private constructor(dir: string, server: PrivateRedis) {
    this.#dir = dir;
    this.#server = server;
  }

  static async start(): Promise<SceneRedis> {
    const dir = await mkdtemp(join(tmpdir(), 'lockstep-e2e-redis-'));
    return new SceneRedis(dir, await startPrivateRedis({ dir }));
  }

  get url(): string {
    return this.#server.url;
  }

  /** With SIGKILL it loses what the file does not have; told to end it writes everything first. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    process.kill(this.#server.pid, signal);
    await this.#server.exited;
    await this.#server.stop();
  }

  async startAgain(): Promise<void> {
    const { port } = this.#server;
    this.#server = await startPrivateRedis({ dir: this.#dir, port });
  }

  /** What a stopped server would start with; `putData` puts it back. */
  async copyData(): Promise<string> {
    const copy = await mkdtemp(join(tmpdir(), 'lockstep-e2e-backup-'));
    this.#copies.push(copy);
    await cp(this.#dir, copy, { recursive: true });
    return copy;
  }

  /** Only while it is stopped. */
  async putData(copy: string): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
    await cp(copy, this.#dir, { recursive: true });
  }

  async close(): Promise<void> {
    await this.#server.stop();
    for (const folder of [this.#dir, ...this.#copies]) await rm(folder, { recursive: true, force: true });
  }
}
